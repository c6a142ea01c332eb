//! What the cost of a document needs to know of the schema: for each field what it leads to, and how many of it.
//!
//! Read once from the schema's SDL, so that no field has to be told twice.

use std::collections::{HashMap, HashSet};

use async_graphql::Value;
use async_graphql::parser::{
    self, parse_schema,
    types::{BaseType, FieldDefinition, OperationType, SchemaDefinition, Type, TypeKind, TypeSystemDefinition},
};

/// Overrides how many times what is selected below a field is counted.
#[derive(Clone, Copy, Debug)]
pub struct FieldCost {
    /// The type and the field, such as `Query.downlineTree`.
    pub field: &'static str,
    /// How many times what is below counts. A field whose answer is written from memory counts 1 for each 100 of its
    /// possible nodes.
    pub times: u64,
}

/// The sizes of connections.
#[derive(Clone, Copy, Debug)]
pub struct PageSizes {
    /// Of a connection that is asked for neither `first` nor `last`, and whose field has no default for them.
    pub default: u64,
    /// The most that a connection gives. More is counted as this.
    pub max: u64,
}

/// How long a list is taken to be that has no page size: they are fixed and small in our schema.
pub const LIST_SIZE: u64 = 5;

/// How many of what is below a field there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Size {
    /// Always so many.
    Fixed(u64),
    /// As many as its `first` or `last` says, or this many.
    Page(u64),
    /// As many as its argument `ids` has.
    Ids,
}

/// What is known of a field.
#[derive(Debug)]
pub(crate) struct FieldInfo {
    returns: Box<str>,
    /// The arguments that have a default.
    defaults: Vec<Box<str>>,
    pub(super) size: Size,
    /// It holds the items of a connection, so it is the connection's page size that counts.
    pub(super) holds_items: bool,
    /// It leads to a connection: `size` is for the items in it.
    pub(super) connects: bool,
}

impl FieldInfo {
    /// Whether an argument of the field has a default.
    pub(crate) fn has_default(&self, argument: &str) -> bool {
        self.defaults.iter().any(|name| **name == *argument)
    }
}

pub(crate) type Fields = HashMap<Box<str>, FieldInfo>;

/// What is known of a schema.
#[derive(Debug)]
pub struct CostTable {
    types: HashMap<Box<str>, Fields>,
    scalars: HashSet<Box<str>>,
    roots: [Box<str>; 3],
    pub(super) pages: PageSizes,
}

/// The part of introspection that has lists in it, or arguments with a default (GraphQL specification, section 4.2).
const INTROSPECTION: &str = "
    type __Schema { types: [__Type] queryType: __Type mutationType: __Type subscriptionType: __Type directives: [__Directive] }
    type __Type {
        fields(includeDeprecated: Boolean! = false): [__Field]
        enumValues(includeDeprecated: Boolean! = false): [__EnumValue]
        inputFields(includeDeprecated: Boolean! = false): [__InputValue]
        interfaces: [__Type] possibleTypes: [__Type] ofType: __Type
    }
    type __Field { args(includeDeprecated: Boolean! = false): [__InputValue] type: __Type }
    type __InputValue { type: __Type }
    type __EnumValue { name: String }
    type __Directive { args(includeDeprecated: Boolean! = false): [__InputValue] }";

/// How long introspection's lists usually are; `types` is 1, because its limit is for each type.
const INTROSPECTION_COSTS: [FieldCost; 7] = [
    FieldCost { field: "__Schema.types", times: 1 },
    FieldCost { field: "__Schema.directives", times: 1 },
    FieldCost { field: "__Type.fields", times: 10 },
    FieldCost { field: "__Type.inputFields", times: 3 },
    FieldCost { field: "__Type.interfaces", times: 1 },
    FieldCost { field: "__Type.possibleTypes", times: 2 },
    FieldCost { field: "__Field.args", times: 2 },
];

impl CostTable {
    /// Reads a schema's SDL. `costs` override what the SDL says.
    pub fn from_sdl(sdl: &str, pages: PageSizes, costs: &[FieldCost]) -> Result<Self, parser::Error> {
        let roots = ["Query", "Mutation", "Subscription"].map(Box::from);
        let mut table = Self { types: HashMap::new(), scalars: HashSet::new(), roots, pages };
        for definition in parse_schema(sdl)?.definitions.into_iter().chain(parse_schema(INTROSPECTION)?.definitions) {
            match definition {
                TypeSystemDefinition::Schema(schema) => table.set_roots(&schema.node),
                TypeSystemDefinition::Type(ty) => match ty.node.kind {
                    TypeKind::Object(object) => table.add_type(&ty.node.name.node, &object.fields),
                    TypeKind::Interface(interface) => table.add_type(&ty.node.name.node, &interface.fields),
                    TypeKind::Scalar => drop(table.scalars.insert(ty.node.name.node.as_str().into())),
                    _ => {}
                },
                TypeSystemDefinition::Directive(_) => {}
            }
        }
        table.mark_connections();
        for cost in INTROSPECTION_COSTS.iter().chain(costs) {
            table.set_cost(cost);
        }
        Ok(table)
    }

    /// Whether this type is a scalar of the schema's own.
    pub fn is_own_scalar(&self, name: &str) -> bool {
        self.scalars.contains(name)
    }

    fn set_roots(&mut self, schema: &SchemaDefinition) {
        for (root, name) in self.roots.iter_mut().zip([&schema.query, &schema.mutation, &schema.subscription]) {
            if let Some(name) = name {
                *root = name.node.as_str().into();
            }
        }
    }

    fn add_type(&mut self, name: &str, fields: &[parser::Positioned<FieldDefinition>]) {
        let known = self.types.entry(name.into()).or_default();
        for field in fields {
            known.insert(field.node.name.node.as_str().into(), field_info(&field.node, self.pages));
        }
    }

    /// A type is a connection's when it is called so and has `edges` or `nodes`.
    fn mark_connections(&mut self) {
        let is_connection = |name: &str, fields: &Fields| name.ends_with("Connection") && fields.contains_key("edges");
        let connections = self.types.iter().filter(|(name, fields)| is_connection(name, fields));
        let connections: Vec<_> = connections.map(|(name, _)| name.clone()).collect();
        for (name, fields) in &mut self.types {
            let inside = connections.contains(name);
            for (field, info) in fields {
                info.holds_items = inside && matches!(&**field, "edges" | "nodes");
                if info.holds_items {
                    info.size = Size::Fixed(1);
                }
                info.connects = connections.contains(&info.returns);
                if info.connects && !matches!(info.size, Size::Page(_)) {
                    info.size = Size::Page(self.pages.default);
                }
            }
        }
    }

    fn set_cost(&mut self, cost: &FieldCost) {
        let named = cost.field.split_once('.');
        let info = named.and_then(|(ty, field)| self.types.get_mut(ty)?.get_mut(field));
        if let Some(info) = info {
            info.size = Size::Fixed(cost.times);
        }
    }

    /// The fields of a type; None for a type that has none, or is not known.
    pub(crate) fn fields(&self, ty: &str) -> Option<&Fields> {
        self.types.get(ty)
    }

    /// The fields of what `field` leads to.
    pub(crate) fn below(&self, field: &FieldInfo) -> Option<&Fields> {
        self.fields(&field.returns)
    }

    /// The fields of `__schema` or `__type`, which are in no SDL.
    pub(crate) fn introspection(&self, field: &str) -> Option<&Fields> {
        match field {
            "__schema" => self.fields("__Schema"),
            "__type" => self.fields("__Type"),
            _ => None,
        }
    }

    /// The fields at the root of an operation.
    pub(crate) fn root(&self, operation: OperationType) -> Option<&Fields> {
        let [query, mutation, subscription] = &self.roots;
        self.fields(match operation {
            OperationType::Query => query,
            OperationType::Mutation => mutation,
            OperationType::Subscription => subscription,
        })
    }
}

fn field_info(field: &FieldDefinition, pages: PageSizes) -> FieldInfo {
    let argument = |name| field.arguments.iter().map(|argument| &argument.node).find(|a| a.name.node == name);
    let sizes = [argument("first"), argument("last")];
    let size = if sizes.iter().any(Option::is_some) {
        let defaults = sizes.into_iter().flatten().filter_map(|argument| argument.default_value.as_ref());
        Size::Page(defaults.filter_map(|value| whole_number(&value.node)).max().unwrap_or(pages.default))
    } else if !is_list(&field.ty.node) {
        Size::Fixed(1)
    } else if argument("ids").is_some() {
        Size::Ids
    } else {
        Size::Fixed(LIST_SIZE)
    };
    let defaults = field.arguments.iter().map(|argument| &argument.node).filter(|a| a.default_value.is_some());
    let defaults = defaults.map(|argument| argument.name.node.as_str().into()).collect();
    FieldInfo { returns: base_name(&field.ty.node).into(), defaults, size, holds_items: false, connects: false }
}

fn whole_number(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => number.as_u64(),
        _ => None,
    }
}

fn is_list(ty: &Type) -> bool {
    matches!(ty.base, BaseType::List(_))
}

fn base_name(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(inner) => base_name(inner),
    }
}
