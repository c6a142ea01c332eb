//! What a parsed document would cost to answer, with its fragments put in their place.
//!
//! Each fragment is counted once and its counts used wherever it is spread, so the time is linear in the document's
//! length however often fragments spread each other. What the library's validation will refuse (unknown fields, types
//! and fragments) counts as one here and is left to it.

use std::collections::HashMap;

use async_graphql::parser::types::{
    Directive, ExecutableDocument, Field, FragmentDefinition, FragmentSpread, OperationDefinition, Selection,
    SelectionSet,
};
use async_graphql::{Name, Pos, Positioned};
use async_graphql_value::Value as InputValue;

use super::schema::{CostTable, FieldInfo, Fields, Size};
use super::sizes::Sizes;
use super::{Limit, LimitExceeded, Limits, check};

/// Why a document is refused before it reaches the library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It passes a limit.
    Limit(LimitExceeded),
    /// A fragment spreads itself, here, directly or through others.
    Cycle(Name, Pos),
}

impl From<LimitExceeded> for Refusal {
    fn from(exceeded: LimitExceeded) -> Self {
        Self::Limit(exceeded)
    }
}

/// Counts of a selection set, with fragments put in their place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Fields, spreads and inline fragments.
    pub fields: u64,
    /// Fields at the top.
    pub root_fields: u64,
    /// Fields below each other.
    pub depth: u64,
    /// Selection sets in each other, those of fragments too.
    pub nesting: u64,
    /// Aliases.
    pub aliases: u64,
    /// Directives.
    pub directives: u64,
    /// Fields to answer, each as often as the lists around it are long.
    pub complexity: u64,
    /// Fields of introspection below each other.
    pub introspection_depth: u64,
    /// Fields of introspection to answer, for each type of the schema.
    pub introspection_complexity: u64,
    /// Complexity of one item of the connection whose fields these are.
    per_item: u64,
}

impl Cost {
    /// Adds what stands beside it.
    fn add(&mut self, other: &Self) {
        self.fields = self.fields.saturating_add(other.fields);
        self.root_fields = self.root_fields.saturating_add(other.root_fields);
        self.depth = self.depth.max(other.depth);
        self.nesting = self.nesting.max(other.nesting);
        self.aliases = self.aliases.saturating_add(other.aliases);
        self.directives = self.directives.saturating_add(other.directives);
        self.complexity = self.complexity.saturating_add(other.complexity);
        self.introspection_depth = self.introspection_depth.max(other.introspection_depth);
        self.introspection_complexity = self.introspection_complexity.saturating_add(other.introspection_complexity);
        self.per_item = self.per_item.saturating_add(other.per_item);
    }

    /// Multiplies what is `below` a field by `times`, and the items of a connection in it by `page`, and adds its `own`.
    fn weigh(&mut self, below: &Self, (times, page): (u64, u64), own: u64, holds_items: bool) {
        let items = below.per_item.saturating_mul(page);
        let all = below.complexity.saturating_mul(times).saturating_add(items).saturating_add(own);
        (self.complexity, self.per_item) = if holds_items { (0, all) } else { (all, 0) };
    }

    /// Refuses what passes a limit.
    pub fn check(&self, limits: &Limits) -> Result<(), LimitExceeded> {
        check(Limit::RootFields, limits.root_fields, self.root_fields)?;
        check(Limit::Depth, limits.depth, self.depth)?;
        check(Limit::IntrospectionDepth, limits.introspection_depth, self.introspection_depth)?;
        check(Limit::Aliases, limits.aliases, self.aliases)?;
        check(Limit::Directives, limits.directives, self.directives)?;
        check(Limit::Complexity, limits.complexity, self.complexity)?;
        check(Limit::IntrospectionComplexity, limits.introspection_complexity, self.introspection_complexity)
    }
}

/// Counts what `operation` costs, and refuses it when it passes a limit. The whole document is bounded too, because the
/// library validates all of it: without an operation (none could be chosen) only that is done, and the cost is 0.
pub fn cost(
    document: &ExecutableDocument,
    operation: Option<&OperationDefinition>,
    sizes: &Sizes<'_>,
    table: &CostTable,
    limits: &Limits,
) -> Result<Cost, Refusal> {
    check(Limit::Fragments, limits.fragments, document.fragments.len() as u64)?;
    let mut counter = Counter { document, table, sizes, limits, fragments: HashMap::new(), copied_bytes: 0 };
    let mut fields = 0_u64;
    let mut chosen = Cost::default();
    for (_, each) in document.operations.iter() {
        let cost = counter.operation(&each.node)?;
        fields = fields.saturating_add(cost.fields);
        if operation.is_some_and(|operation| std::ptr::eq(operation, &raw const each.node)) {
            chosen = cost;
        }
    }
    // Fragments that no operation spreads are visited by the library too, once each.
    for (name, fragment) in &document.fragments {
        counter.fragment(name, fragment, 0)?;
    }
    check(Limit::Fields, limits.fields, fields)?;
    chosen.check(limits)?;
    Ok(chosen)
}

/// How far the counting of a fragment is.
enum Progress {
    Counting,
    Counted(Cost),
}

struct Counter<'a> {
    document: &'a ExecutableDocument,
    table: &'a CostTable,
    sizes: &'a Sizes<'a>,
    limits: &'a Limits,
    fragments: HashMap<&'a str, Progress>,
    /// How much of the variables the library copies when it validates the document: each at each place of its use.
    copied_bytes: u64,
}

impl<'a> Counter<'a> {
    fn operation(&mut self, operation: &'a OperationDefinition) -> Result<Cost, Refusal> {
        self.copies_in(&operation.directives)?;
        let mut cost = self.selection_set(&operation.selection_set.node, self.table.root(operation.ty), 0)?;
        let on_variables = operation.variable_definitions.iter().map(|definition| definition.node.directives.len());
        cost.directives =
            cost.directives.saturating_add((operation.directives.len() + on_variables.sum::<usize>()) as u64);
        Ok(cost)
    }

    /// `level` is the number of selection sets around this one.
    fn selection_set(&mut self, set: &'a SelectionSet, known: Option<&'a Fields>, level: u64) -> Result<Cost, Refusal> {
        let mut cost = Cost::default();
        if set.items.is_empty() {
            return Ok(cost);
        }
        check(Limit::Nesting, self.limits.nesting, level + 1)?;
        for selection in &set.items {
            cost.add(&self.selection(&selection.node, known, level + 1)?);
        }
        cost.nesting += 1;
        Ok(cost)
    }

    fn selection(&mut self, selection: &'a Selection, known: Option<&'a Fields>, level: u64) -> Result<Cost, Refusal> {
        self.copies_in(selection.directives())?;
        let mut cost = match selection {
            Selection::Field(field) => self.field(&field.node, known, level)?,
            Selection::FragmentSpread(spread) => self.spread(spread, level)?,
            Selection::InlineFragment(inline) => {
                let condition = inline.node.type_condition.as_ref();
                let known = condition.map_or(known, |condition| self.table.fields(&condition.node.on.node));
                self.selection_set(&inline.node.selection_set.node, known, level)?
            }
        };
        cost.fields = cost.fields.saturating_add(1);
        cost.directives = cost.directives.saturating_add(selection.directives().len() as u64);
        Ok(cost)
    }

    fn spread(&mut self, spread: &'a Positioned<FragmentSpread>, level: u64) -> Result<Cost, Refusal> {
        let name = &spread.node.fragment_name.node;
        match (self.fragments.get(name.as_str()), self.document.fragments.get(name)) {
            (Some(Progress::Counting), _) => Err(Refusal::Cycle(name.clone(), spread.pos)),
            (_, Some(fragment)) => self.fragment(name, fragment, level),
            (_, None) => Ok(Cost::default()),
        }
    }

    fn fragment(
        &mut self,
        name: &'a str,
        fragment: &'a Positioned<FragmentDefinition>,
        level: u64,
    ) -> Result<Cost, Refusal> {
        if let Some(Progress::Counted(cost)) = self.fragments.get(name) {
            check(Limit::Nesting, self.limits.nesting, level.saturating_add(cost.nesting))?;
            return Ok(*cost);
        }
        self.fragments.insert(name, Progress::Counting);
        let fragment = &fragment.node;
        self.copies_in(&fragment.directives)?;
        let known = self.table.fields(&fragment.type_condition.node.on.node);
        let mut cost = self.selection_set(&fragment.selection_set.node, known, level)?;
        cost.directives = cost.directives.saturating_add(fragment.directives.len() as u64);
        self.fragments.insert(name, Progress::Counted(cost));
        Ok(cost)
    }

    fn field(&mut self, field: &'a Field, known: Option<&'a Fields>, level: u64) -> Result<Cost, Refusal> {
        let name = field.name.node.as_str();
        let introspection = self.table.introspection(name);
        let info = known.and_then(|known| known.get(name));
        let known = introspection.or_else(|| info.and_then(|info| self.table.below(info)));
        let copied = self.copies(&field.arguments)?;
        let below = self.selection_set(&field.selection_set.node, known, level)?;
        let (alias, below_depth) = (u64::from(field.alias.is_some()), below.depth.saturating_add(1));
        let mut cost = Cost { root_fields: 1, aliases: below.aliases.saturating_add(alias), ..below };
        if introspection.is_some() {
            cost = Cost { depth: 0, complexity: 1, per_item: 0, ..cost };
            cost.introspection_depth = below_depth;
            cost.introspection_complexity = below.complexity;
        } else {
            cost.depth = below_depth;
            cost.weigh(
                &below,
                self.times(field, info),
                copied.saturating_add(1),
                info.is_some_and(|info| info.holds_items),
            );
        }
        Ok(cost)
    }

    /// Counts the copies that the library makes of variables in these arguments, and says what answering them costs.
    fn copies(&mut self, arguments: &[(Positioned<Name>, Positioned<InputValue>)]) -> Result<u64, LimitExceeded> {
        let (bytes, fields) = self.sizes.copied(arguments);
        self.copied_bytes = self.copied_bytes.saturating_add(bytes);
        check(Limit::CopiedBytes, self.limits.copied_bytes, self.copied_bytes)?;
        Ok(fields)
    }

    fn copies_in(&mut self, directives: &[Positioned<Directive>]) -> Result<(), LimitExceeded> {
        directives.iter().try_for_each(|directive| self.copies(&directive.node.arguments).map(drop))
    }

    /// How often what is below the field counts: all of it, and what is in the items of a connection.
    fn times(&self, field: &Field, info: Option<&FieldInfo>) -> (u64, u64) {
        let default = self.table.pages.default;
        let Some(info) = info else { return (1, default) };
        match info.size {
            Size::Fixed(times) => (times, default),
            Size::Page(usual) if info.connects => (1, self.sizes.page(field, usual, self.table.pages)),
            Size::Page(usual) => (self.sizes.page(field, usual, self.table.pages), default),
            Size::Ids => (self.sizes.ids(field), default),
        }
    }
}
