//! How a company wants to trade.

mod forwarding;

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result, SimpleObject};

use self::forwarding::{AutoForwardingSettings, AutoForwardingSettingsInput};
use super::money::{Decimal, read_percent};
use super::user_error::{IntoOutcome, UserError, not_answered};
use crate::bus::contract::network::Margins;
use crate::error::Refusal;
use crate::graphql::context::{RequestContext, Sight};
use crate::graphql::error::internal;
use crate::graphql::id::{SettingsId, global};
use crate::graphql::scalars::DateTime;
use crate::money::Rate;
use crate::network::settings::{MarginsUpdate, OwnSettings, SettingsUpdate};

/// The settings of the caller's own company.
pub struct NetworkSettings {
    sight: Sight,
    own: Arc<OwnSettings>,
}

impl NetworkSettings {
    /// The settings of the company that looks.
    ///
    /// # Errors
    /// Where they cannot be read.
    pub async fn of(sight: Sight) -> Result<Self> {
        let own = sight.loaders.settings.load(sight.seat.tenant).await.map_err(|error| not_answered(&error))?;
        Ok(Self { sight, own: own.unwrap_or_default() })
    }
}

/// How a company wants to trade. One record each; nobody else sees it.
#[Object]
impl NetworkSettings {
    /// The settings' id.
    pub async fn id(&self) -> ID {
        global(SettingsId(self.sight.seat.tenant))
    }

    /// Counts the changes; 0 where nothing was set yet. A change names the version that it is based on.
    async fn version(&self) -> i64 {
        self.own.version
    }

    /// When they were last changed; where nothing was set yet, when the company joined.
    async fn updated_at(&self) -> DateTime {
        DateTime(self.own.updated_at.unwrap_or_else(|| self.sight.chain.joined_at(self.sight.own)))
    }

    /// What the company sends up by itself, and what it does with what its downline asks.
    async fn auto_forwarding(&self) -> AutoForwardingSettings {
        let is_top = self.sight.chain.root() == Some(self.sight.own);
        AutoForwardingSettings::of(&self.own.auto_forwarding, is_top)
    }

    /// How the company makes its prices.
    async fn margins(&self) -> MarginSettings<'_> {
        MarginSettings { sight: &self.sight, margins: &self.own.margins }
    }
}

/// How a company makes its prices out of what it pays.
pub struct MarginSettings<'s> {
    sight: &'s Sight,
    margins: &'s Margins,
}

/// How a company makes its prices: a percentage on top of what it pays, within a floor and a ceiling.
#[Object]
impl MarginSettings<'_> {
    /// On top of the cost, where the category has no margin of its own.
    async fn default_percent(&self) -> Decimal {
        self.margins.default.into()
    }

    /// No price is less than this on top of the cost.
    async fn floor_percent(&self) -> Decimal {
        self.margins.floor.into()
    }

    /// No price of the company or its downline is more than this on top of the cost; it beats a floor. Null: there is no such limit.
    async fn ceiling_percent(&self) -> Option<Decimal> {
        self.margins.ceiling.map(Decimal::from)
    }

    /// The categories with a margin of their own, sorted.
    async fn by_category(&self) -> Result<Vec<CategoryMargin>> {
        self.sight.spend(self.margins.by_category.len())?;
        let margin =
            |(category, rate): (&String, &Rate)| CategoryMargin { category: category.clone(), percent: (*rate).into() };
        Ok(self.margins.by_category.iter().map(margin).collect())
    }

    /// The tightest ceiling of the companies above, which binds the company's prices whatever it sets. Null where there is none, and to who waits
    /// for approval.
    async fn bound_by(&self) -> Option<Result<Decimal>> {
        if self.sight.is_pending() {
            return None;
        }
        let bound = self.sight.loaders.services.settings.bound_by(self.sight.seat.tenant).await;
        bound.map(|bound| bound.map(Decimal::from)).map_err(internal).transpose()
    }
}

/// The margin of a category.
#[derive(SimpleObject)]
pub struct CategoryMargin {
    /// The category, letter for letter.
    category: String,
    /// On top of the cost of its items.
    percent: Decimal,
}

/// A change of settings. What is left out stays.
#[derive(InputObject)]
pub struct UpdateSettingsInput {
    /// The version that the change is based on. Where another change came first, nothing is changed.
    version: i32,
    /// What the company sends up by itself, and what it does with what its downline asks.
    auto_forwarding: Option<AutoForwardingSettingsInput>,
    /// How the company makes its prices.
    margins: Option<MarginSettingsInput>,
}

/// A change of margins, in percent: from -100 to 1,000, with at most 4 decimal places. What is left out stays.
#[derive(InputObject)]
pub struct MarginSettingsInput {
    /// On top of the cost, where the category has no margin of its own.
    default_percent: Option<Decimal>,
    /// No price is less than this on top of the cost.
    floor_percent: Option<Decimal>,
    /// No price of the company or its downline is more than this on top of the cost. Null takes it away.
    ceiling_percent: MaybeUndefined<Decimal>,
    /// The categories with a margin of their own: in place of all that there are.
    by_category: Option<Vec<CategoryMarginInput>>,
}

/// The margin of a category.
#[derive(InputObject)]
pub struct CategoryMarginInput {
    /// The category, letter for letter.
    category: String,
    /// On top of the cost of its items.
    percent: Decimal,
}

/// What became of a change of settings.
#[derive(SimpleObject)]
pub struct UpdateSettingsPayload {
    /// The settings as they are now. Null where they were not changed.
    settings: Option<Result<NetworkSettings>>,
    /// Why they were not changed; empty where they were.
    user_errors: Vec<UserError>,
}

impl UpdateSettingsInput {
    fn read(self) -> Result<SettingsUpdate, Refusal> {
        let margins = self.margins.map(MarginSettingsInput::read).transpose()?;
        let auto_forwarding = self.auto_forwarding.map(AutoForwardingSettingsInput::read).transpose()?;
        Ok(SettingsUpdate { version: self.version.into(), margins, auto_forwarding })
    }
}

impl MarginSettingsInput {
    fn read(self) -> Result<MarginsUpdate, Refusal> {
        let percent = |name: &str, percent: &Decimal| read_percent(&format!("margins.{name}"), percent);
        let optional = |name, given: Option<Decimal>| given.map(|given| percent(name, &given)).transpose();
        let category = |(place, margin): (usize, CategoryMarginInput)| {
            let rate = percent(&format!("byCategory.{place}.percent"), &margin.percent)?;
            Ok((margin.category, rate))
        };
        let ceiling = match self.ceiling_percent {
            MaybeUndefined::Undefined => None,
            MaybeUndefined::Null => Some(None),
            MaybeUndefined::Value(ceiling) => Some(Some(percent("ceilingPercent", &ceiling)?)),
        };
        Ok(MarginsUpdate {
            default: optional("defaultPercent", self.default_percent)?,
            floor: optional("floorPercent", self.floor_percent)?,
            ceiling,
            by_category: self
                .by_category
                .map(|list| list.into_iter().enumerate().map(category).collect())
                .transpose()?,
        })
    }
}

/// Root fields about settings.
#[derive(Default)]
pub struct SettingsQuery;

#[Object]
impl SettingsQuery {
    /// The settings of the caller's own reseller, also while it waits for approval.
    async fn settings(&self, ctx: &Context<'_>) -> Result<NetworkSettings> {
        NetworkSettings::of(RequestContext::of(ctx)?.members_sight()?).await
    }
}

/// Changes of settings.
#[derive(Default)]
pub struct SettingsMutation;

#[Object]
impl SettingsMutation {
    /// Changes the settings of the caller's own reseller. For an ADMIN.
    async fn update_settings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The version that the change is based on, and what is to be set.")] input: UpdateSettingsInput,
    ) -> Result<UpdateSettingsPayload> {
        let context = RequestContext::of(ctx)?;
        let sight = context.sight()?;
        let updated = match input.read().outcome()? {
            Ok(update) => sight.loaders.services.settings.update(sight.loaders.actor, update).await.outcome()?,
            Err(error) => Err(error),
        };
        if let Err(error) = updated {
            return Ok(UpdateSettingsPayload { settings: None, user_errors: vec![error] });
        }
        context.look_again();
        let settings = NetworkSettings::of(context.sight()?).await;
        Ok(UpdateSettingsPayload { settings: Some(settings), user_errors: Vec::new() })
    }
}
