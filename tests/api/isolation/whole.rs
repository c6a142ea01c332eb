//! The table of isolation has a row for everything that the schema has.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    BaseType, InputValueDefinition, ObjectType, Type, TypeDefinition, TypeKind, TypeSystemDefinition,
};
use reseller_network::graphql::schema::sdl;

use super::root_fields::ROOT_FIELDS;
use super::ways::WAYS;
use crate::live::scope;
use crate::members::inviting;

#[test]
fn the_table_is_whole() {
    let schema = Schema::read(&sdl());
    let rows = ROOT_FIELDS.iter().map(|row| row.name).chain(scope::FIELDS).map(str::to_owned).collect::<BTreeSet<_>>();
    assert_eq!(
        rows,
        schema.root_fields(),
        "every root field needs a row in ROOT_FIELDS (tests/api/isolation/root_fields.rs) that says who may ask it"
    );
    let arguments = WAYS.iter().map(|way| way.argument).chain(scope::ARGUMENTS).chain(inviting::ARGUMENTS);
    let arguments: BTreeSet<_> = arguments.map(str::to_owned).collect();
    assert_eq!(
        arguments,
        schema.id_arguments(),
        "every argument that takes an ID needs a row in WAYS (tests/api/isolation/ways.rs) for each kind of thing that it takes"
    );
    for node in schema.node_types() {
        for argument in ["Query.node(id)", "Query.nodes(ids)"] {
            let has_row = WAYS.iter().any(|way| way.argument == argument && format!("{:?}", way.to) == node);
            assert!(has_row, "{node} is a Node: add it to Thing, and a row to WAYS that reaches it by {argument}");
        }
    }
}

#[test]
fn what_the_table_lacks_is_noticed() {
    let schema = Schema::read(
        "type Query { secret(input: [Wanted!]!): String } input Wanted { deep: Inner } input Inner { ids: [ID!] next: Wanted } \
         type Secret implements Node & Other { id: ID! } interface Node { id: ID! } interface Other { id: ID! } \
         schema { query: Query }",
    );
    assert_eq!(schema.root_fields(), ["Query.secret".to_owned()].into());
    assert_eq!(schema.id_arguments(), ["Query.secret(input.deep.ids)".to_owned()].into());
    assert_eq!(schema.node_types(), ["Secret".to_owned()].into());
}

struct Schema {
    types: BTreeMap<String, TypeDefinition>,
    roots: BTreeSet<String>,
}

impl Schema {
    fn read(text: &str) -> Self {
        let mut schema = Self { types: BTreeMap::new(), roots: BTreeSet::new() };
        for definition in parse_schema(text).expect("a schema").definitions {
            match definition {
                TypeSystemDefinition::Type(ty) => {
                    schema.types.insert(ty.node.name.node.to_string(), ty.node);
                }
                TypeSystemDefinition::Schema(roots) => {
                    let roots = [&roots.node.query, &roots.node.mutation, &roots.node.subscription];
                    schema.roots.extend(roots.into_iter().flatten().map(|name| name.node.to_string()));
                }
                TypeSystemDefinition::Directive(_) => {}
            }
        }
        schema
    }

    fn objects(&self) -> impl Iterator<Item = (&String, &ObjectType)> {
        self.types.iter().filter_map(|(name, ty)| match &ty.kind {
            TypeKind::Object(object) => Some((name, object)),
            _ => None,
        })
    }

    fn root_fields(&self) -> BTreeSet<String> {
        let roots = self.objects().filter(|(name, _)| self.roots.contains(*name));
        roots
            .flat_map(|(ty, object)| object.fields.iter().map(move |field| format!("{ty}.{}", field.node.name)))
            .collect()
    }

    fn node_types(&self) -> BTreeSet<String> {
        let is_node = |object: &ObjectType| object.implements.iter().any(|interface| interface.node == "Node");
        self.objects().filter(|(_, object)| is_node(object)).map(|(name, _)| name.clone()).collect()
    }

    /// Of the fields of all types, not of the roots alone.
    fn id_arguments(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for (ty, object) in self.objects() {
            for field in &object.fields {
                for argument in &field.node.arguments {
                    for path in self.id_paths(&argument.node, &mut Vec::new()) {
                        found.insert(format!("{ty}.{}({path})", field.node.name));
                    }
                }
            }
        }
        found
    }

    fn id_paths<'a>(&'a self, value: &'a InputValueDefinition, above: &mut Vec<&'a str>) -> Vec<String> {
        let (name, ty) = (&value.name.node, base_name(&value.ty.node));
        if ty == "ID" {
            return vec![name.to_string()];
        }
        let Some(TypeKind::InputObject(input)) = self.types.get(ty).map(|ty| &ty.kind) else { return Vec::new() };
        if above.contains(&ty) {
            return Vec::new();
        }
        above.push(ty);
        let inside = input.fields.iter().flat_map(|field| self.id_paths(&field.node, above));
        let paths = inside.map(|path| format!("{name}.{path}")).collect();
        above.pop();
        paths
    }
}

fn base_name(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(of) => base_name(of),
    }
}
