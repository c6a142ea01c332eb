//! Referral codes: a company has them made by way of its upline, and people join by them.
//!
//! The registry is Admin's, on the bus. Here is what it takes to get there: the way up for a company, and for people who guess the limit of their attempts.

mod attempts;

use std::net::IpAddr;
use std::sync::Arc;

use entity::{PersonId, ReferralCodeId, Role, TenantId, UplineRequestId};

pub use self::attempts::AttemptLimits;
use self::attempts::{Attempts, TooMany};
use crate::bus::Bus;
use crate::bus::contract::admin::{
    Application, ClaimReferralCode, GenerateReferralCode, JoinNetwork, NewReferralCode, ReferralCodeClaim,
    ReferralSecret, ReferralTerms,
};
use crate::clock::Clock;
use crate::error::{Fault, Refusal, RefusalCode, ServiceError};
use crate::network::upline::{Ask, Granted, UplineRequests};
use crate::tenancy::topology::Topology;
use crate::tenancy::{Actor, Scope};

/// Referral codes.
pub struct Referrals {
    bus: Bus,
    upline: Arc<UplineRequests>,
    topology: Arc<Topology>,
    attempts: Arc<Attempts>,
}

/// What came of asking for a code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Generated {
    /// The code, where it was made.
    pub code: Option<ReferralCodeId>,
    /// Its secret, where it was not shown before.
    pub secret: Option<ReferralSecret>,
    /// The request to super_admin; none for super_admin's own.
    pub request: Option<UplineRequestId>,
}

impl Referrals {
    /// Codes of the chain that `topology` shows: asked for by `upline`, kept by Admin on `bus`.
    #[must_use]
    pub fn new(
        bus: Bus,
        upline: Arc<UplineRequests>,
        topology: Arc<Topology>,
        limits: AttemptLimits,
        clock: Clock,
    ) -> Self {
        Self { bus, upline, topology, attempts: Attempts::new(limits, clock) }
    }

    /// Asks super_admin for a code for the company of `actor`; where its settings let it, the code is there at once, and its secret shown. The same `key` with
    /// the same terms is the same request: its secret is shown again to nobody.
    ///
    /// # Errors
    /// `INVALID`; `NOT_ALLOWED`; `FROZEN`; `CONFLICT` for a key that was used for another code.
    pub async fn generate(&self, actor: Actor, terms: ReferralTerms, key: &str) -> Result<Generated, ServiceError> {
        if self.is_top(actor) {
            let new = NewReferralCode { terms, idempotency_key: key.to_owned() };
            let code = self.bus.call::<GenerateReferralCode>(actor, new).await?;
            return self.shown(actor, Generated { code: Some(code), ..Generated::default() }).await;
        }
        let request = self.upline.ask(actor, Ask::ReferralCode(terms), key).await?;
        let code = match self.upline.granted(request).await? {
            Some(Granted::GenerateReferralCode { code }) => Some(code),
            _ => None,
        };
        self.shown(actor, Generated { code, secret: None, request: Some(request) }).await
    }

    /// With its secret, where there is a code that nobody has seen yet.
    async fn shown(&self, actor: Actor, generated: Generated) -> Result<Generated, ServiceError> {
        let Some(id) = generated.code else { return Ok(generated) };
        let claim = ReferralCodeClaim { id, unless_shown: true };
        match self.bus.call::<ClaimReferralCode>(actor, claim).await.map_err(ServiceError::from) {
            Ok(claimed) => Ok(Generated { secret: claimed.secret, ..generated }),
            // The code is made whether or not it can be shown: when it expired or was revoked meanwhile, its state says so.
            Err(ServiceError::Refused(_)) => Ok(generated),
            Err(fault) => Err(fault),
        }
    }

    fn is_top(&self, actor: Actor) -> bool {
        let chain = self.topology.current();
        chain.root().is_some_and(|root| actor.scope == Scope::Tenant(chain.id(root)))
    }

    /// Lets `person`, who asks from `address`, join with the company of `application`.
    ///
    /// # Errors
    /// `NOT_FOUND` for a code that is no good; `TOO_MANY` for who has tried too many of these; `INVALID`; `CONFLICT` for a key that was used otherwise.
    pub async fn join(
        &self,
        person: PersonId,
        address: Option<IpAddr>,
        application: Application,
    ) -> Result<TenantId, ServiceError> {
        let attempt = self.attempts.begin(person, address).map_err(too_many)?;
        let actor = Actor { scope: Scope::Central, person: Some(person), role: Role::Owner };
        let bus = self.bus.clone();
        // Whoever stops waiting for the answer has not guessed.
        let joining = tokio::spawn(async move {
            let joined = bus.call::<JoinNetwork>(actor, application).await.map_err(ServiceError::from);
            if !joined.as_ref().is_err_and(is_guess) {
                attempt.forgive();
            }
            joined
        });
        joining.await.map_err(Fault::from)?
    }
}

/// Whether this is what guesses are answered: of a code, or of a key that was used.
fn is_guess(error: &ServiceError) -> bool {
    let guesses = [RefusalCode::NotFound, RefusalCode::Conflict];
    matches!(error, ServiceError::Refused(refusal) if guesses.contains(&refusal.code))
}

fn too_many(TooMany { again_in }: TooMany) -> Refusal {
    let minutes = again_in.as_secs().div_ceil(60).max(1);
    let why = format!("Too many codes were no good: try again in {minutes} min.");
    Refusal::new(RefusalCode::TooMany, "code", why)
}
