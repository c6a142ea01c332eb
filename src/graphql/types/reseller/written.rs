//! Resellers of a list that are written as JSON in one walk, with their figures and their catalogs.
//!
//! What the walk needs of the modules is loaded before, for all resellers at once. Where a module cannot answer for one of them, the library's
//! resolvers answer for all: they say what is missing, and where. What was loaded they find loaded.

mod asked;
mod loaded;
mod values;

use std::borrow::Cow;

use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::{ContextSelectionSet, OutputType, Positioned, ServerResult, Value};
use bytes::Bytes;

use self::asked::Known;
use self::loaded::Loaded;
use super::Reseller;
use crate::graphql::raw::{Mention, Plan};

/// Resellers of a list, written from memory where that can be.
pub struct WrittenResellers(Vec<Reseller>);

impl From<Vec<Reseller>> for WrittenResellers {
    fn from(resellers: Vec<Reseller>) -> Self {
        Self(resellers)
    }
}

impl OutputType for WrittenResellers {
    fn type_name() -> Cow<'static, str> {
        Vec::<Reseller>::type_name()
    }

    fn qualified_type_name() -> String {
        Vec::<Reseller>::qualified_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Vec::<Reseller>::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        match Mention::<Known>::of(ctx, field, "Reseller") {
            Mention::Write(plan) => {
                if let Some(json) = self.written(&plan).await {
                    return Ok(Value::Binary(json));
                }
                let whole = Mention::<Known>::whole_selection(ctx);
                self.0.resolve(&ctx.with_selection_set(&whole), field).await
            }
            Mention::Written => Ok(Value::Null),
            Mention::Plain => self.0.resolve(ctx, field).await,
        }
    }
}

impl WrittenResellers {
    /// The resellers as JSON; None where that is for the library to do.
    async fn written(&self, plan: &Plan<Known>) -> Option<Bytes> {
        let Some(first) = self.0.first() else { return Some(Bytes::from_static(b"[]")) };
        first.sight.approved().ok()?;
        let loaded = Loaded::load(&first.sight.loaders, &self.0, plan).await?;
        first.sight.spend(loaded.object_count(plan)).ok()?;
        Some(values::write(&self.0, &loaded, plan).into())
    }
}
