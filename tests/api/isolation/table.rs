//! What the tables say of every root field (`root_fields`), and of every way in which a field reaches something by its id (`ways`). What the schema has and
//! these lack fails `the_table_is_whole`.

/// A root field of the schema.
pub(crate) struct RootField {
    /// As `Query.viewer`.
    pub(crate) name: &'static str,
    pub(crate) open_to: OpenTo,
    /// Asks the field for something that a member of `$id`'s company sees.
    pub(crate) document: &'static str,
}

/// Who may ask a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OpenTo {
    /// Every signed-in person.
    Everyone,
    /// Who acts for a company that is not PENDING, in any role.
    Members,
    /// Who acts for a company, also for a PENDING one.
    MembersAndApplicants,
}

/// One way to a thing by its id.
pub(crate) struct Way {
    /// The argument that takes the id, as `Query.node(id)`; inside an input object, as `Mutation.moveReseller(input.id)`.
    pub(crate) argument: &'static str,
    pub(crate) to: Thing,
    /// Asks for the thing with the id `$id`.
    pub(crate) document: &'static str,
    /// Where in the answer's data `$id` shows when the thing was found. A mutation may refuse what is in sight for another reason.
    pub(crate) found: &'static str,
}

impl Way {
    /// Where in the answer's data a mutation says why it did not do it.
    pub(crate) fn refusal(&self) -> Option<String> {
        let field = self.argument.strip_prefix("Mutation.")?.split('(').next()?;
        Some(format!("/{field}/userErrors/0/code"))
    }
}

/// A type that implements `Node`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Thing {
    /// In sight: at or below the caller's own.
    Reseller,
    /// In sight: on a company at or below the caller's own, or above it, which it freezes too.
    Freeze,
    /// In sight: of a reseller in sight.
    CatalogItem,
    /// In sight: the caller's own.
    NetworkSettings,
    /// In sight: placed by the caller's own company, or with it.
    Order,
    /// In sight: in the caller's own ledger.
    LedgerEntry,
    /// In sight: of a reseller in sight.
    ActivityEvent,
    /// In sight: asked by the caller's own, or by its child, of which it is asked.
    UplineRequest,
    /// In sight: the caller's own.
    ReferralCode,
    /// In sight: of the caller's own.
    Member,
}
