//! Merges selections as the GraphQL specification does (section 6.3.2, `CollectFields`).

use std::collections::{HashMap, HashSet};

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{Field, FragmentDefinition, OperationType, Selection, SelectionSet};
use async_graphql::{ContextSelectionSet, Name, Positioned, QueryPathNode, QueryPathSegment};
use bytes::Bytes;

use super::{Asked, Known, Mention, Plan, Planned, PlannedField, RawFields};
use crate::graphql::json;

/// The document asks for something that only the library's resolver can answer.
struct NotRaw;

pub(super) fn mention<F: RawFields>(
    ctx: &ContextSelectionSet<'_>,
    field: &Positioned<Field>,
    type_name: &'static str,
) -> Mention<F> {
    let Ok(mentions) = mentions(ctx) else { return Mention::Plain };
    match plan(type_name, &mentions, ctx) {
        Ok(_) if mentions.first().is_some_and(|first| !std::ptr::eq(*first, field)) => Mention::Written,
        Ok(plan) => Mention::Write(plan),
        Err(NotRaw) => Mention::Plain,
    }
}

pub(super) fn whole_selection(ctx: &ContextSelectionSet<'_>) -> Positioned<SelectionSet> {
    let mut whole = ctx.item.clone();
    if let Ok(mentions) = mentions(ctx) {
        let selected = mentions.iter().flat_map(|mention| mention.node.selection_set.node.items.iter().cloned());
        whole.node.items = selected.collect();
    }
    whole
}

type Fragments = HashMap<Name, Positioned<FragmentDefinition>>;
type Group<'a> = Vec<&'a Positioned<Field>>;

/// All mentions of the field at which the query is, in order: what all mentions of the field above select under its response key, and so on
/// from the root down.
fn mentions<'a>(ctx: &'a ContextSelectionSet<'_>) -> Result<Group<'a>, NotRaw> {
    let operation = &ctx.query_env.operation.node;
    if operation.ty != OperationType::Query {
        return Err(NotRaw);
    }
    let registry = &ctx.schema_env.registry;
    let mut selected = Selected::new(registry.query_type.as_str(), &ctx.query_env.fragments);
    selected.add(&operation.selection_set.node)?;
    let keys = keys(ctx.path_node.as_ref().ok_or(NotRaw)?);
    let (last, above) = keys.split_last().ok_or(NotRaw)?;
    for key in above {
        let (type_name, mentions) = (selected.type_name, selected.take(key)?);
        let field = registry
            .types
            .get(type_name)
            .and_then(|known| known.field_by_name(&same_field(&mentions).ok()?.node.name.node));
        selected = Selected::new(named_type(&field.ok_or(NotRaw)?.ty), &ctx.query_env.fragments);
        mentions.iter().try_for_each(|mention| selected.add(&mention.node.selection_set.node))?;
    }
    let mentions = selected.take(last)?;
    same_field(&mentions)?;
    Ok(mentions)
}

/// The response keys on the way from the root to `node`. Places in lists are none: each object of a list is asked for the same.
fn keys<'a>(node: &'a QueryPathNode<'a>) -> Vec<&'a str> {
    let mut keys: Vec<&str> = std::iter::once(node).chain(node.parents()).filter_map(key).collect();
    keys.reverse();
    keys
}

fn key<'a>(node: &'a QueryPathNode<'a>) -> Option<&'a str> {
    match node.segment {
        QueryPathSegment::Name(key) => Some(key),
        QueryPathSegment::Index(_) => None,
    }
}

/// The type that is in the lists and not-nulls of `ty`.
fn named_type(ty: &str) -> &str {
    ty.trim_matches(['[', ']', '!'])
}

/// What to write of an object of the type `type_name`: what all these mentions of it select.
fn plan<F: RawFields>(
    type_name: &'static str,
    mentions: &[&Positioned<Field>],
    ctx: &ContextSelectionSet<'_>,
) -> Result<Plan<F>, NotRaw> {
    let mut selected = Selected::new(type_name, &ctx.query_env.fragments);
    for mention in mentions {
        selected.add(&mention.node.selection_set.node)?;
    }
    let mut fields = Vec::with_capacity(selected.groups.len());
    for (key, group) in selected.groups {
        let text = key_text(key, fields.is_empty());
        fields.push(planned_field(type_name, text, &group, ctx)?);
    }
    Ok(Plan { fields })
}

fn planned_field<F: RawFields>(
    type_name: &'static str,
    mut text: Vec<u8>,
    group: &[&Positioned<Field>],
    ctx: &ContextSelectionSet<'_>,
) -> Result<PlannedField<F>, NotRaw> {
    let field = same_field(group)?;
    let value = if field.node.name.node == "__typename" {
        json::write_str(&mut text, type_name);
        Planned::TypeName
    } else {
        match F::find(type_name, Asked { ctx, field }).ok_or(NotRaw)? {
            Known::Leaf(leaf) => Planned::Leaf(leaf),
            Known::Object(object, below) => Planned::Object(object, plan(below, group, ctx)?),
        }
    };
    Ok(PlannedField { text: Bytes::from(text), value })
}

/// The comma before a key, the key, and the colon after it.
fn key_text(key: &str, is_first: bool) -> Vec<u8> {
    let mut text = if is_first { Vec::new() } else { vec![b','] };
    json::write_str(&mut text, key);
    text.push(b':');
    text
}

/// The first of the mentions, all of which are of one field with the same arguments. The library's validation lets some
/// conflicts pass (inside fragments with a type condition, and below fields): those are not merged here.
fn same_field<'a>(group: &[&'a Positioned<Field>]) -> Result<&'a Positioned<Field>, NotRaw> {
    let one = *group.first().ok_or(NotRaw)?;
    let first = &one.node;
    let agrees = |field: &Field| {
        let arguments = field.arguments.iter().all(|(name, value)| first.get_argument(&name.node) == Some(value));
        field.name == first.name && arguments && field.arguments.len() == first.arguments.len()
    };
    let plain = |field: &Field| field.directives.is_empty() && agrees(field);
    if group.iter().all(|field| plain(&field.node)) { Ok(one) } else { Err(NotRaw) }
}

/// The fields selected of an object, by response key, in the order in which they first appear.
struct Selected<'a> {
    type_name: &'a str,
    fragments: &'a Fragments,
    spread: HashSet<&'a str>,
    groups: IndexMap<&'a str, Group<'a>>,
}

impl<'a> Selected<'a> {
    fn new(type_name: &'a str, fragments: &'a Fragments) -> Self {
        Self { type_name, fragments, spread: HashSet::new(), groups: IndexMap::new() }
    }

    /// All that is selected under `key`.
    fn take(&mut self, key: &str) -> Result<Group<'a>, NotRaw> {
        self.groups.swap_remove(key).ok_or(NotRaw)
    }

    fn add(&mut self, set: &'a SelectionSet) -> Result<(), NotRaw> {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => {
                    self.groups.entry(field.node.response_key().node.as_str()).or_default().push(field);
                }
                Selection::FragmentSpread(spread) => self.add_fragment(spread.node.fragment_name.node.as_str())?,
                Selection::InlineFragment(inline) => {
                    let condition = inline.node.type_condition.as_ref();
                    self.must_be(condition.map(|condition| condition.node.on.node.as_str()))?;
                    self.add(&inline.node.selection_set.node)?;
                }
            }
        }
        Ok(())
    }

    fn add_fragment(&mut self, name: &'a str) -> Result<(), NotRaw> {
        if !self.spread.insert(name) {
            return Ok(());
        }
        let fragment = &self.fragments.get(name).ok_or(NotRaw)?.node;
        self.must_be(Some(fragment.type_condition.node.on.node.as_str()))?;
        self.add(&fragment.selection_set.node)
    }

    /// Whether a type condition holds is left to the library where it is not plain to see.
    fn must_be(&self, condition: Option<&str>) -> Result<(), NotRaw> {
        if condition.is_none_or(|condition| condition == self.type_name) { Ok(()) } else { Err(NotRaw) }
    }
}
