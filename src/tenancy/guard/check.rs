//! What a statement must say before it may run for a tenant.
//!
//! In each query of the statement, subqueries included, a tenant-owned table may stand once, and then this query must bind its owner:
//! `"table"."owner_tenant_id" = <this tenant>`, joined to the rest of its WHERE by AND alone, or in the ON of the join that brings the
//! table in. What can not be told is refused.

use std::ops::Range;

use entity::{OWNER_COLUMN, TenantId, owned_tables};
use sea_orm::{Statement, Value};

use super::words::{Word, words};

const NO_OWNER: &str = "an INSERT without its owner";

/// What may stand behind a whole condition, apart from AND and a closing bracket.
const CLAUSES: [&str; 16] = [
    "WHERE",
    "GROUP",
    "HAVING",
    "WINDOW",
    "ORDER",
    "LIMIT",
    "OFFSET",
    "FETCH",
    "FOR",
    "RETURNING",
    "JOIN",
    "LEFT",
    "INNER",
    "UNION",
    "INTERSECT",
    "EXCEPT",
];

/// Says why `statement` may not run for `tenant`, if it may not.
pub(super) fn check(statement: &Statement, tenant: TenantId) -> Result<(), &'static str> {
    let values = statement.values.as_ref().map_or(&[][..], |values| &values.0);
    // Most statements are of other tables; then nothing is to be read.
    let lower_case = statement.sql.to_ascii_lowercase();
    for table in owned_tables().into_iter().filter(|table| lower_case.contains(table)) {
        let sql = Sql { words: words(&statement.sql)?, groups: Vec::new(), values, tenant }.grouped()?;
        sql.check_table(table, mentions(&lower_case, table))?;
    }
    Ok(())
}

/// How often the name `table` stands in the statement, however it is written.
fn mentions(lower_case: &str, table: &str) -> usize {
    let part_of_a_word = |c: char| c.is_alphanumeric() || c == '_';
    lower_case
        .match_indices(table)
        .filter(|(at, _)| {
            !lower_case[..*at].ends_with(part_of_a_word) && !lower_case[at + table.len()..].starts_with(part_of_a_word)
        })
        .count()
}

/// A statement, its words and its brackets.
struct Sql<'s> {
    words: Vec<Word<'s>>,
    /// For each word the bracket that it stands in: the place of `(`, or none at the top.
    groups: Vec<Option<usize>>,
    values: &'s [Value],
    tenant: TenantId,
}

impl Sql<'_> {
    fn grouped(mut self) -> Result<Self, &'static str> {
        let mut open = Vec::new();
        for (at, word) in self.words.iter().enumerate() {
            if *word == Word::Sign(b')') {
                open.pop().ok_or("brackets that do not match")?;
            }
            self.groups.push(open.last().copied());
            if *word == Word::Sign(b'(') {
                open.push(at);
            }
        }
        if open.is_empty() { Ok(self) } else { Err("brackets that do not match") }
    }

    fn check_table(&self, table: &str, mentions: usize) -> Result<(), &'static str> {
        let named: Vec<usize> = self.places(|word| word == Word::Name(table)).collect();
        if named.len() != mentions {
            return Err("a table's name written by hand");
        }
        // Where a column's name follows, it is not the table itself that stands there.
        let references = named.into_iter().filter(|at| self.word(at + 1) != Some(Word::Sign(b'.')));
        if self.words[0].is_any(&["INSERT"]) {
            return self.check_insert(table, references.count());
        }
        if self.sets_owner() {
            return Err("an update that would set another owner");
        }
        let mut queries = Vec::new();
        for reference in references {
            let query = self.query_of(reference);
            if queries.contains(&query) {
                return Err("an owned table twice in one query");
            }
            queries.push(query);
            if !self.clauses_that_bind(table).any(|clause| self.narrows(clause, reference)) {
                return Err("an owned table without its owner's condition");
            }
        }
        Ok(())
    }

    fn word(&self, at: usize) -> Option<Word<'_>> {
        self.words.get(at).copied()
    }

    fn places(&self, is_it: impl Fn(Word<'_>) -> bool) -> impl DoubleEndedIterator<Item = usize> {
        (0..self.words.len()).filter(move |at| is_it(self.words[*at]))
    }

    /// Which query a word belongs to: the innermost bracket around it that holds a query, and which of the queries there that UNION joins.
    fn query_of(&self, at: usize) -> (Option<usize>, usize) {
        let mut group = self.groups[at];
        let mut at = at;
        while let Some(open) = group.filter(|open| !self.words[open + 1].is_any(&["SELECT", "WITH"])) {
            at = open;
            group = self.groups[open];
        }
        let set_operator = |place: &usize| self.words[*place].is_any(&["UNION", "INTERSECT", "EXCEPT"]);
        (group, (0..at).filter(|place| self.groups[*place] == group).filter(set_operator).count())
    }

    /// Whether the condition of `clause` keeps other tenants' rows of the table at `reference` out.
    fn narrows(&self, clause: usize, reference: usize) -> bool {
        if self.query_of(clause) != self.query_of(reference) {
            return false;
        }
        // The ON of a join narrows the table that the join brings in, and only where rows without a partner are not kept.
        let before = |steps: usize, keywords: &[&str]| {
            reference.checked_sub(steps).is_some_and(|place| self.words[place].is_any(keywords))
        };
        let joined_here = clause == reference + 1 && before(1, &["JOIN"]) && !before(2, &["RIGHT", "FULL", "OUTER"]);
        self.words[clause].is_any(&["WHERE"]) || joined_here
    }

    /// The WHERE and ON keywords whose conditions cannot be met unless the owner of `table` is the tenant.
    fn clauses_that_bind(&self, table: &str) -> impl Iterator<Item = usize> {
        let owner = [Word::Name(table), Word::Sign(b'.'), Word::Name(OWNER_COLUMN), Word::Sign(b'=')];
        let conditions = (0..self.words.len()).filter(move |at| self.words[*at..].starts_with(&owner));
        let bound = conditions.filter(move |at| self.is_tenant(self.word(at + owner.len())));
        bound.filter_map(move |at| self.clause_of(at..at + owner.len() + 1))
    }

    fn is_tenant(&self, word: Option<Word<'_>>) -> bool {
        matches!(word, Some(Word::Bound(place)) if self.values.get(place) == Some(&self.tenant.into()))
    }

    /// The WHERE or ON that cannot be met unless `condition` is: only ANDs and brackets lie between.
    fn clause_of(&self, condition: Range<usize>) -> Option<usize> {
        let group = self.groups[condition.start];
        let beside = |place: &usize| self.groups[*place] == group;
        let keyword = |place: usize, keywords: &[&str]| self.words[place].is_any(keywords);
        let follows = self.word(condition.end);
        if follows.is_some_and(|word| word != Word::Sign(b')') && !word.is_any(&["AND"]) && !word.is_any(&CLAUSES)) {
            return None;
        }
        let after = (condition.end..self.words.len()).filter(beside);
        let mut after = after.take_while(|place| !keyword(*place, &CLAUSES));
        if after.any(|place| keyword(place, &["OR"])) {
            return None;
        }
        let directly_before = condition.start.checked_sub(1)?;
        let mut before = (group.map_or(0, |open| open + 1)..condition.start).rev().filter(beside);
        let clause = before.find(|place| keyword(*place, &["WHERE", "ON", "OR", "BETWEEN", "CASE"]));
        match clause {
            Some(clause) if !keyword(clause, &["WHERE", "ON"]) => None,
            _ if !keyword(directly_before, &["WHERE", "ON", "AND"]) && Some(directly_before) != group => None,
            Some(clause) => Some(clause),
            // The condition stands in a bracket of its own: then the bracket must be such a condition.
            None => {
                let open = group?;
                let close = (open + 1..self.words.len()).find(|place| self.groups[*place] == self.groups[open])?;
                self.clause_of(open..close + 1)
            }
        }
    }

    /// Whether an UPDATE sets an owner.
    fn sets_owner(&self) -> bool {
        let is_update = self.words[0].is_any(&["UPDATE"]);
        let top = (0..self.words.len()).filter(|place| self.groups[*place].is_none());
        let mut assigned = top.take_while(|place| !self.words[*place].is_any(&["WHERE"]));
        is_update && assigned.any(|place| is_owner(self.words[place]))
    }

    /// An INSERT is admitted when each of its rows has the tenant as owner, and a conflict is looked for among the owner's rows alone.
    fn check_insert(&self, table: &str, references: usize) -> Result<(), &'static str> {
        if references != 1 || self.word(2) != Some(Word::Name(table)) || !self.words[1].is_any(&["INTO"]) {
            return Err("an INSERT that reads an owned table");
        }
        let (columns, mut at) = self.list(3).ok_or(NO_OWNER)?;
        let owner = columns.iter().position(|column| is_owner(*column)).ok_or(NO_OWNER)?;
        let mut separator = self.word(at).filter(|word| word.is_any(&["VALUES"]));
        while separator.is_some() {
            let (row, end) = self.list(at + 1).filter(|(row, _)| row.len() == columns.len()).ok_or(NO_OWNER)?;
            if !self.is_tenant(Some(row[owner])) {
                return Err("an INSERT for another owner");
            }
            at = end;
            separator = self.word(at).filter(|word| *word == Word::Sign(b','));
        }
        self.check_conflict(at)
    }

    /// What follows the rows of an INSERT, from `at` on.
    fn check_conflict(&self, at: usize) -> Result<(), &'static str> {
        match self.word(at) {
            None => Ok(()),
            Some(word) if word.is_any(&["RETURNING"]) => Ok(()),
            Some(word) if word.is_any(&["ON"]) => {
                let (columns, end) = self.list(at + 2).ok_or("a conflict that is not the owner's own")?;
                let sets_owner =
                    self.words[end..].windows(2).any(|pair| is_owner(pair[0]) && pair[1] == Word::Sign(b'='));
                if !is_owner(columns[0]) || sets_owner {
                    return Err("a conflict that is not the owner's own");
                }
                Ok(())
            }
            Some(_) => Err(NO_OWNER),
        }
    }

    /// The single words of the list `(a, b, …)` that begins at `at`, and the place behind it.
    fn list(&self, at: usize) -> Option<(Vec<Word<'_>>, usize)> {
        if self.word(at) != Some(Word::Sign(b'(')) {
            return None;
        }
        let mut items = Vec::new();
        for at in (at + 1..).step_by(2) {
            items.push(self.word(at)?);
            match self.word(at + 1)? {
                Word::Sign(b',') => {}
                Word::Sign(b')') => return Some((items, at + 2)),
                _ => return None,
            }
        }
        None
    }
}

fn is_owner(word: Word<'_>) -> bool {
    matches!(word, Word::Name(name) if name.eq_ignore_ascii_case(OWNER_COLUMN))
}
