//! Companies: what is in the database already decides what becomes of each line.

use std::collections::{HashMap, HashSet};

use entity::{TenantId, TenantStatus, Timestamp, tenant};
use sea_orm::DbErr;

use super::Counts;
use super::error::{BadLine, ImportError, shown};
use super::line::Line;
use super::line::reseller::{ID, PARENT_ID, Reseller};
use super::table::Table;
use crate::events::Transaction;
use crate::modules::admin::{NewReseller, joined, names, store};

/// How many parents are remembered.
const RECENT_PARENTS: usize = 10_000;

/// Writes companies.
pub(super) struct Resellers {
    /// The company at the top of the chain.
    root: Option<TenantId>,
    /// Where the file has it.
    root_line: Option<u64>,
    created_at: Timestamp,
    /// Some parents of the rows before, which are often parents again.
    recent_parents: HashMap<String, TenantId>,
    counts: Counts,
}

/// The companies behind the names of a batch: those of the database, and those that the batch has added so far.
struct Neighbours {
    owners: HashMap<String, TenantId>,
    /// The rows in the database of those whose name an id or a slug of the batch is.
    companies: HashMap<TenantId, tenant::Model>,
    new: Vec<tenant::Model>,
}

impl Table for Resellers {
    type Line = Reseller;

    async fn take(&mut self, change: &mut Transaction, rows: Vec<Reseller>) -> Result<(), ImportError> {
        let mut neighbours = self.neighbours(change, &rows).await?;
        for row in rows {
            self.take_one(row, &mut neighbours)?;
        }
        for company in &neighbours.new {
            change.record(joined(company));
        }
        store::insert(change.db(), neighbours.new).await?;
        Ok(())
    }

    fn counts(&self) -> Counts {
        self.counts
    }
}

impl Resellers {
    /// Writes within `change`, which holds the lock of the chain.
    pub(super) async fn new(change: &Transaction) -> Result<Self, DbErr> {
        let root = store::root(change.db()).await?;
        let (created_at, counts) = (change.now(), Counts::default());
        Ok(Self { root, root_line: None, created_at, recent_parents: HashMap::new(), counts })
    }

    /// The company at the top of the chain, as far as it is known.
    pub(super) fn root(&self) -> Option<TenantId> {
        self.root
    }

    /// Looks up all names of `rows` at once.
    async fn neighbours(&mut self, change: &Transaction, rows: &[Reseller]) -> Result<Neighbours, DbErr> {
        let slugs: Vec<String> = rows.iter().map(|row| names::imported_slug(&row.id)).collect();
        let own = rows.iter().map(|row| row.id.as_str()).chain(slugs.iter().map(String::as_str));
        let own: HashSet<&str> = own.collect();
        let parents = rows.iter().filter_map(|row| row.parent_id.as_deref());
        let parents: HashSet<&str> = parents.filter(|parent| !own.contains(parent)).collect();
        let (recent, others): (Vec<_>, Vec<_>) =
            parents.into_iter().partition(|parent| self.recent_parents.contains_key(*parent));
        let mut owners = store::owners_of_names(change.db(), own.iter().chain(&others).copied()).await?;
        let namesakes = owners.iter().filter(|(name, _)| own.contains(name.as_str()));
        let namesakes: HashSet<TenantId> = namesakes.map(|(_, id)| *id).collect();
        let companies = store::companies(change.db(), namesakes).await?;

        owners.extend(recent.into_iter().filter_map(|name| Some((name.to_owned(), *self.recent_parents.get(name)?))));
        self.remember_parents(&others, &owners);
        let companies = companies.into_iter().map(|company| (company.id, company)).collect();
        Ok(Neighbours { owners, companies, new: Vec::with_capacity(rows.len()) })
    }

    fn remember_parents(&mut self, parents: &[&str], owners: &HashMap<String, TenantId>) {
        if self.recent_parents.len() > RECENT_PARENTS {
            self.recent_parents.clear();
        }
        let known = parents.iter().filter_map(|name| owners.get_key_value(*name));
        self.recent_parents.extend(known.map(|(name, id)| (name.clone(), *id)));
    }

    fn take_one(&mut self, row: Reseller, neighbours: &mut Neighbours) -> Result<(), BadLine> {
        self.check_root(&row)?;
        let parent = neighbours.parent_of(&row)?;
        if let Some(known) = neighbours.known(&row)? {
            let differs = known.name != row.name || known.currency != row.currency || known.parent_id != parent;
            self.counts.known(differs);
        } else {
            let company = self.company(row, parent)?;
            self.counts.created += 1;
            neighbours.add(company);
        }
        Ok(())
    }

    fn check_root(&mut self, row: &Reseller) -> Result<(), BadLine> {
        match (&row.parent_id, self.root_line) {
            (Some(_), _) => Ok(()),
            (None, None) => {
                self.root_line = Some(row.line());
                Ok(())
            }
            (None, Some(line)) => {
                Err(row.bad(PARENT_ID, format!("expected a parent, for the root is the company of line {line}")))
            }
        }
    }

    fn company(&mut self, row: Reseller, parent: Option<TenantId>) -> Result<tenant::Model, BadLine> {
        if parent.is_none() && self.root.is_some() {
            return Err(row.bad(PARENT_ID, "expected a parent, for the database has another root already"));
        }
        let new = NewReseller {
            parent,
            name: row.name,
            external_id: Some(row.id),
            currency: row.currency.to_owned(),
            status: TenantStatus::Active,
            joined_at: Timestamp::start_of(row.joined_on),
        };
        let company = new.into_row(self.created_at);
        self.root.get_or_insert(company.id);
        Ok(company)
    }
}

impl Neighbours {
    fn parent_of(&self, row: &Reseller) -> Result<Option<TenantId>, BadLine> {
        let Some(parent_id) = &row.parent_id else { return Ok(None) };
        let parent = self.owners.get(parent_id).copied();
        let unknown =
            || row.bad(PARENT_ID, format!("unknown parent {}: a parent stands before its children", shown(parent_id)));
        parent.ok_or_else(unknown).map(Some)
    }

    /// The company of the database that `row` is about, or nothing where both its names are free.
    fn known(&self, row: &Reseller) -> Result<Option<&tenant::Model>, BadLine> {
        let slug = names::imported_slug(&row.id);
        let owner = self.owners.get(&row.id).or_else(|| self.owners.get(&slug));
        let Some(owner) = owner.and_then(|owner| self.company(*owner)) else { return Ok(None) };
        if owner.external_id.as_ref() == Some(&row.id) {
            return Ok(Some(owner));
        }
        let name = if self.owners.contains_key(&row.id) { &row.id } else { &slug };
        let whose =
            owner.external_id.as_ref().map_or_else(|| format!("the company {}", shown(&owner.name)), |id| shown(id));
        Err(row.bad(ID, format!("the name {} belongs to {whose} already", shown(name))))
    }

    fn company(&self, id: TenantId) -> Option<&tenant::Model> {
        self.companies.get(&id).or_else(|| self.new.iter().find(|company| company.id == id))
    }

    fn add(&mut self, company: tenant::Model) {
        self.owners.insert(company.slug.clone(), company.id);
        self.owners.extend(company.external_id.clone().map(|external_id| (external_id, company.id)));
        self.new.push(company);
    }
}
