//! Puts the parts together.

use std::sync::Arc;
use std::time::Duration;

use crate::auth::{Memberships, RightsChanges, SignIn, Verifier};
use crate::bus::{Bus, Deadlines};
use crate::clock::Clock;
use crate::error::Fault;
use crate::events::{Consumer, Follower, Freshness, Listener, Log};
use crate::graphql::context::Services;
use crate::graphql::limits::Limits;
use crate::graphql::schema::{self, ApiExecutor};
use crate::graphql::subscriptions::Subscriptions;
use crate::modules::admin::{self, Chain};
use crate::modules::catalog::Catalog;
use crate::modules::finance::Finance;
use crate::modules::intake::{Intake, TakingUp};
use crate::modules::orders::Orders;
use crate::network::Served;
use crate::network::activity::{Feed, Feeds, Live, Retention, Tail};
use crate::network::answers::Answers;
use crate::network::figures::Figures;
use crate::network::health::Healths;
use crate::network::members::Members;
use crate::network::performance::Performances;
use crate::network::referrals::{AttemptLimits, Referrals};
use crate::network::settings::Settings;
use crate::network::upline::{UplineEvents, UplineRequests};
use crate::tenancy::topology::{Topology, store};
use crate::tenancy::{CentralDb, Database};

/// Memory that is older than this is not to be answered from: some other process may have taken somebody's rights away meanwhile.
const STALE_AFTER: Duration = Duration::from_secs(5);

/// A running program: the chain in memory, kept at the log's end, and the services over it.
pub struct App {
    /// Signs requests in.
    pub sign_in: SignIn,
    /// Runs GraphQL requests.
    pub api: Arc<ApiExecutor>,
    /// Runs subscriptions.
    pub subscriptions: Arc<Subscriptions>,
    /// Changes the chain.
    pub chain: Arc<Chain>,
    /// Takes in what other programs publish.
    pub intake: Intake,
    /// The log: who waits for what comes of an event waits here.
    pub log: Log,
    /// The chain in memory.
    pub topology: Arc<Topology>,
    central: CentralDb,
    freshness: Freshness,
    /// What resolvers ask.
    pub services: Arc<Services>,
    following: Vec<tokio::task::JoinHandle<()>>,
}

/// What requests may cost, how long modules may take, and how much is kept.
#[derive(Clone, Debug, Default)]
pub struct Bounds {
    /// On the documents of requests.
    pub limits: Limits,
    /// On calls of modules.
    pub deadlines: Deadlines,
    /// How many days feeds go back; without it they keep everything.
    pub keep_activity_days: Option<u32>,
    /// On codes that are no good.
    pub attempts: AttemptLimits,
}

/// Why the program could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The chain could not be loaded.
    #[error("the chain cannot be loaded: {0}")]
    Chain(#[from] Fault),
    /// The schema's own text could not be read back.
    #[error("the API's schema is broken: {0}")]
    Schema(#[from] async_graphql::parser::Error),
}

impl App {
    /// Starts on `database`, whose schema is current, for people whose tokens `verifier` finds good.
    pub async fn start(
        database: &Database,
        verifier: Verifier,
        clock: Clock,
        bounds: Bounds,
    ) -> Result<Arc<Self>, StartError> {
        let central = database.in_central();
        let log = Log::new(central.clone(), clock.clone());
        let topology = Arc::new(Topology::new(store::load(&central).await?));
        let memberships = Memberships::new(central.clone());
        let bus = Bus::new(topology.clone(), clock.clone(), bounds.deadlines);
        let catalog = Catalog::new(central.clone(), log.clone(), bus.clone(), topology.clone());
        let orders = Orders::new(central.clone(), log.clone(), bus.clone());
        let finance = Finance::new(central.clone(), log.clone(), bus.clone());
        let settings = Settings::new(central.clone(), log.clone(), topology.clone());
        let figures = Figures::new(topology.clone());
        let figures = Consumer::new(central.clone(), log.clone(), figures).await.map_err(Fault::from)?;
        let performances = Performances::new(central.clone(), topology.clone(), figures.seen());
        let answers = Answers::new(central.clone(), bus.clone(), topology.clone(), clock.clone());
        let chain = Arc::new(Chain::new(log.clone()));
        chain.register(&bus);
        admin::Referrals::new(central.clone(), log.clone(), clock.clone()).register(&bus);
        catalog.register(&bus);
        orders.register(&bus);
        finance.register(&bus);
        settings.register(&bus);
        let healths = Healths::new(central.clone(), bus.clone(), clock.clone());
        Served::new(topology.clone(), answers.clone(), performances.clone(), healths.clone()).register(&bus);
        let posting = Consumer::new(central.clone(), log.clone(), finance).await.map_err(Fault::from)?;
        let taking_up = TakingUp::new(central.clone());
        let taking_up = Consumer::new(central.clone(), log.clone(), Arc::new(taking_up)).await.map_err(Fault::from)?;
        let feeds = Feeds::new(central.clone());
        let feed = Feed::new(&feeds, topology.clone());
        let feeding = Consumer::new(central.clone(), log.clone(), feed).await.map_err(Fault::from)?;
        let upline = UplineRequests::new(central.clone(), log.clone(), bus.clone(), settings.clone(), clock.clone());
        let upline_events = Arc::new(UplineEvents(upline.clone()));
        let upline_events = Consumer::new(central.clone(), log.clone(), upline_events).await.map_err(Fault::from)?;
        let rights = RightsChanges::new();
        let listeners: Vec<Arc<dyn Listener>> = vec![
            Arc::new(memberships.clone()),
            rights.clone(),
            catalog,
            answers.clone(),
            Arc::new(performances.clone()),
            Arc::new(feeds.clone()),
        ];
        let live = Live::new(feeds.clone(), topology.clone(), feeding.seen());
        let follower = Follower::new(central.clone(), log.clone(), topology.clone(), listeners);
        let freshness = follower.freshness();
        let mut following = vec![
            tokio::spawn(follower.run()),
            tokio::spawn(posting.run()),
            tokio::spawn(taking_up.run()),
            tokio::spawn(figures.run()),
            tokio::spawn(feeding.run()),
            tokio::spawn(Tail::new(central.clone(), live.clone()).run()),
            tokio::spawn(answers.clone().keep()),
            tokio::spawn(upline_events.run()),
            tokio::spawn(upline.clone().work()),
        ];
        if let Some(days) = bounds.keep_activity_days {
            let kept = Retention::new(central.clone(), log.clone(), topology.clone(), clock.clone(), days);
            following.push(tokio::spawn(kept.run()));
        }
        let api = Arc::new(schema::executor(bounds.limits)?);
        let referrals = Referrals::new(bus.clone(), upline.clone(), topology.clone(), bounds.attempts, clock.clone());
        let services = Arc::new(Services {
            bus,
            settings,
            answers,
            performances,
            feeds,
            healths,
            upline,
            referrals,
            members: Members::new(central.clone(), log.clone()),
            topology: topology.clone(),
            clock,
        });
        let sign_in = SignIn::new(verifier, memberships, topology.clone(), freshness.clone(), rights);
        let changes = sign_in.changes();
        let subscriptions = Subscriptions::new(api.clone(), services.clone(), topology.clone(), live, changes);
        Ok(Arc::new(Self {
            sign_in,
            api,
            subscriptions,
            chain,
            intake: Intake::new(log.clone()),
            log,
            topology,
            central,
            freshness,
            following,
            services,
        }))
    }

    /// Whether it can answer: the database does, and the log is followed.
    pub async fn is_ready(&self) -> bool {
        self.freshness.age() < STALE_AFTER && self.central.ping().await
    }

    /// Writes what is still to be written, before the program ends.
    pub async fn finish(&self) {
        self.services.answers.write_out().await;
    }
}

impl Drop for App {
    fn drop(&mut self) {
        self.following.iter().for_each(tokio::task::JoinHandle::abort);
        self.services.bus.close();
    }
}
