//! A few connections to the database, each with its statements prepared.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio_postgres::{Client, Config, NoTls, Statement};

use super::super::Outcome;
use super::{children, dashboard, feed, leaders, performance, tree};

/// The connections, which take turns. Several requests may wait on one: it answers them in order.
pub(super) struct Pool {
    connections: Vec<Connection>,
    turn: AtomicUsize,
}

/// A connection, and the floor's statements as it knows them.
pub(super) struct Connection {
    pub(super) client: Client,
    pub(super) children: Statement,
    pub(super) granted: Statement,
    pub(super) tree: Statement,
    pub(super) performance: Statement,
    pub(super) performance_whole: Statement,
    pub(super) performance_few: Statement,
    pub(super) dashboard: Statement,
    pub(super) leaders: Statement,
    pub(super) feed: Statement,
}

/// The best plan does not depend on the parameters: it is made once. And nothing that a statement joins or adds up goes to disk.
pub(super) const OPTIONS: &str = "-c plan_cache_mode=force_generic_plan -c work_mem=64MB";

impl Pool {
    pub(super) async fn open(url: &str, size: usize) -> Outcome<Self> {
        let mut connections = Vec::with_capacity(size);
        for _ in 0..size.max(1) {
            connections.push(Connection::open(url).await?);
        }
        Ok(Self { connections, turn: AtomicUsize::new(0) })
    }

    pub(super) fn next(&self) -> &Connection {
        &self.connections[self.turn.fetch_add(1, Ordering::Relaxed) % self.connections.len()]
    }
}

impl Connection {
    async fn open(url: &str) -> Outcome<Self> {
        let client = connect(url, OPTIONS).await?;
        Ok(Self {
            children: client.prepare(children::SQL).await?,
            granted: client.prepare(children::GRANTED_SQL).await?,
            tree: client.prepare(tree::SQL).await?,
            performance: client.prepare(performance::SQL).await?,
            performance_whole: client.prepare(performance::WHOLE_SQL).await?,
            performance_few: client.prepare(performance::FEW_SQL).await?,
            dashboard: client.prepare(dashboard::SQL).await?,
            leaders: client.prepare(leaders::SQL).await?,
            feed: client.prepare(feed::SQL).await?,
            client,
        })
    }
}

/// A connection with these options; it ends with the client.
pub(crate) async fn connect(url: &str, options: &str) -> Outcome<Client> {
    let mut config: Config = url.parse()?;
    let (client, connection) = config.options(options).connect(NoTls).await?;
    // How it ends, the client hears.
    tokio::spawn(connection);
    Ok(client)
}
