//! From a request's headers to a caller: who it is, and for which company they act.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderMap;
use entity::{PersonId, Position, Role, TenantId, TenantStatus, Timestamp};
use tokio::sync::watch;

use super::changes::{RightsChange, RightsChanges};
use super::memberships::{Memberships, Person, Seat};
use super::{Claims, Refused, Service, Verifier, bearer};
use crate::error::{Fault, Refusal, RefusalCode};
use crate::events::Freshness;
use crate::tenancy::topology::{Snapshot, Topology};
use crate::tenancy::{Actor, Scope};

/// The header that names the company to act for: its id, slug or external id.
pub const TENANT_HEADER: &str = "x-tenant-id";

/// Who is asking, for one request.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The person.
    pub person: PersonId,
    /// The same, as their token names them.
    pub identity: Arc<Person>,
    /// Whether the address in it is surely theirs.
    pub email_verified: bool,
    /// From where they ask, where that is known.
    pub address: Option<IpAddr>,
    /// Until when the token is good.
    pub expires_at: Timestamp,
    /// The company that they act for. None for a person who is a member nowhere, or of several and has named none.
    pub seat: Option<Seat>,
    /// All the seats that their token opens.
    pub seats: Arc<[Seat]>,
    /// Whether it opens only the one that it names, whatever others the person has.
    pub is_bound: bool,
}

impl Caller {
    /// The caller as the one who does something, where they act for a company.
    #[must_use]
    pub fn actor(&self) -> Option<Actor> {
        let Seat { tenant, role } = self.seat?;
        Some(Actor { scope: Scope::Tenant(tenant), person: Some(self.person), role })
    }

    /// The caller's address, where it is surely theirs.
    #[must_use]
    pub fn verified_email(&self) -> Option<&str> {
        self.identity.email.as_deref().filter(|_| self.email_verified)
    }

    /// Refuses a token that is bound to one company: by it a person becomes nobody else's member.
    ///
    /// # Errors
    /// `NOT_ALLOWED`.
    pub fn acts_for_themselves(&self) -> Result<(), Refusal> {
        let why = "This token is for one company alone: use one that names none.";
        if self.is_bound { Err(Refusal::new(RefusalCode::NotAllowed, "", why)) } else { Ok(()) }
    }

    /// The caller's role in the company that they act for.
    #[must_use]
    pub fn role(&self) -> Option<Role> {
        self.seat.map(|seat| seat.role)
    }
}

/// Why a request is not signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// No token, or one that is no good; all alike.
    #[error("no valid token")]
    Unauthenticated,
    /// The person is not a member of the company that they named, or it does not exist, or it was switched off; all alike.
    #[error("not a member of the named company")]
    Forbidden,
    /// A fault of ours.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Signs requests in.
pub struct SignIn {
    verifier: Verifier,
    memberships: Memberships,
    topology: Arc<Topology>,
    freshness: Freshness,
    changes: Arc<RightsChanges>,
}

/// How old memory may be for anybody to sign in by it: somebody's rights may have been taken away meanwhile.
const TOO_OLD: Duration = Duration::from_secs(30);

impl SignIn {
    /// Signs in by tokens that `verifier` finds good.
    #[must_use]
    pub fn new(
        verifier: Verifier,
        memberships: Memberships,
        topology: Arc<Topology>,
        freshness: Freshness,
        changes: Arc<RightsChanges>,
    ) -> Self {
        Self { verifier, memberships, topology, freshness, changes }
    }

    /// Who sends a request with these headers, and the chain as it is for this request.
    pub async fn caller(&self, headers: &HeaderMap) -> Result<(Caller, Arc<Snapshot>), SignInError> {
        let claims = self.claims(headers).await?;
        if self.freshness.age() > TOO_OLD {
            return Err(Fault::OutOfDate.into());
        }
        let person = claims.person_id();
        let seats = self.memberships.of(person).await.map_err(Fault::from)?;
        let chain = self.topology.current();
        let seat = choose(&chain, &seats, claims.tenant.as_deref(), named_by_header(headers)?)?;
        // A token that is bound to a company opens no other one of the person's.
        let is_bound = claims.tenant.is_some();
        let seats = if is_bound { seat.into_iter().collect() } else { seats };
        let Claims { issuer, subject, email, email_verified, expires_at, .. } = claims;
        let identity = Arc::new(Person { issuer, subject, email });
        Ok((Caller { person, identity, email_verified, address: None, expires_at, seat, seats, is_bound }, chain))
    }

    /// Tells where the log changes who may sign in: who stays is to be looked at again then.
    pub fn changes(&self) -> watch::Receiver<RightsChange> {
        self.changes.subscribe()
    }

    /// Whether the company that `caller`, who signed in before, acts for is still one at `position` of the log that people may act for.
    ///
    /// # Errors
    /// Where it cannot be known.
    pub async fn may_still_act(&self, caller: &Caller, position: Position) -> Result<bool, Fault> {
        let chain = self.topology.shown(position).await?;
        Ok(caller.seat.is_none_or(|seat| may_sign_in(&chain, seat.tenant)))
    }

    /// `caller`, who signed in before, with the seats that they have by now. None where they have lost the one that they act from, or its company was
    /// switched off; without one, where they have lost any.
    ///
    /// # Errors
    /// Where it cannot be known.
    pub async fn renewed(&self, caller: &Caller) -> Result<Option<Caller>, Fault> {
        if self.freshness.age() > TOO_OLD {
            return Err(Fault::OutOfDate);
        }
        let seats = self.memberships.of(caller.person).await?;
        let has_still = match caller.seat {
            Some(seat) => seats.contains(&seat) && may_sign_in(&self.topology.current(), seat.tenant),
            None => caller.seats.iter().all(|seat| seats.contains(seat)),
        };
        let seats = if caller.is_bound { caller.seats.clone() } else { seats };
        Ok(has_still.then(|| Caller { seats, ..caller.clone() }))
    }

    /// Which service sends a request with these headers.
    pub async fn service(&self, headers: &HeaderMap) -> Result<Service, SignInError> {
        self.verifier.verify_service(token(headers)?).await.map_err(|why| refused(&why))
    }

    async fn claims(&self, headers: &HeaderMap) -> Result<Claims, SignInError> {
        self.verifier.verify(token(headers)?).await.map_err(|why| refused(&why))
    }
}

fn token(headers: &HeaderMap) -> Result<&str, SignInError> {
    bearer(headers).map_err(|why| refused(&why))?.ok_or(SignInError::Unauthenticated)
}

fn refused(refused: &Refused) -> SignInError {
    let reason = refused.reason();
    if refused.is_fault() {
        return SignInError::Fault(Fault::Keys(reason.to_string()));
    }
    tracing::info!(%reason, "a token was refused");
    SignInError::Unauthenticated
}

fn named_by_header(headers: &HeaderMap) -> Result<Option<&str>, SignInError> {
    let mut values = headers.get_all(TENANT_HEADER).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(name), None) => name.to_str().map(Some).map_err(|_| SignInError::Forbidden),
        (Some(_), Some(_)) => Err(SignInError::Forbidden),
    }
}

/// The seat to act from: in the company that the token names, else in the one that the header names (with both, they must agree), else in
/// the only one there is.
fn choose(
    chain: &Snapshot,
    seats: &[Seat],
    claim: Option<&str>,
    header: Option<&str>,
) -> Result<Option<Seat>, SignInError> {
    let named = match (claim, header) {
        (None, None) => return only(chain, seats),
        (Some(name), None) | (None, Some(name)) => find(chain, name),
        (Some(claim), Some(header)) => find(chain, claim).filter(|tenant| find(chain, header) == Some(*tenant)),
    };
    let seat = seats.iter().find(|seat| Some(seat.tenant) == named && may_sign_in(chain, seat.tenant));
    seat.copied().map(Some).ok_or(SignInError::Forbidden)
}

/// The only seat. Nobody signs in whose companies were all switched off.
fn only(chain: &Snapshot, seats: &[Seat]) -> Result<Option<Seat>, SignInError> {
    // One that has joined a moment ago is not in this chain yet: it is as if the person had not.
    let mut known = seats.iter().filter(|seat| chain.find(seat.tenant).is_some()).peekable();
    let is_member = known.peek().is_some();
    let mut open = known.filter(|seat| may_sign_in(chain, seat.tenant));
    match (open.next(), open.next()) {
        (None, _) if is_member => Err(SignInError::Forbidden),
        (seat, None) => Ok(seat.copied()),
        (_, Some(_)) => Ok(None),
    }
}

fn may_sign_in(chain: &Snapshot, tenant: TenantId) -> bool {
    chain.find(tenant).is_some_and(|node| chain.status(node) != TenantStatus::Deactivated)
}

/// The company of this name: its slug, its external id, or its id, bare or as the API writes it.
pub fn find(chain: &Snapshot, name: &str) -> Option<TenantId> {
    if let Some(node) = chain.find_named(name) {
        return Some(chain.id(node));
    }
    let id = TenantId::parse(name)?;
    chain.find(id).map(|_| id)
}
