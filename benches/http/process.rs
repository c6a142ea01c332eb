//! The servers that are measured, each a process of its own.

use std::env;
use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::client::Connection;
use super::{Outcome, chain, floor};

/// What `/proc` counts CPU time in, on every Linux that there is (`USER_HZ`).
const TICK: Duration = Duration::from_millis(10);

/// How often a server that starts is tried.
const TRY_EVERY: Duration = Duration::from_millis(1);

/// A server that runs until this is dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Server {
    /// Our server on this database: the program itself, with its defaults.
    pub(crate) async fn ours(database: &str) -> Outcome<Self> {
        let address = free_address()?;
        let mut command = Command::new(env!("CARGO_BIN_EXE_reseller-network"));
        command.arg("serve").args(["--listen", &address.to_string(), "--database-url", database]);
        Self::spawn(command.env("JWT_SECRET", chain::SECRET), address).await
    }

    /// The floor on this database.
    pub(crate) async fn floor(database: &str) -> Outcome<Self> {
        let address = free_address()?;
        let mut command = Command::new(env::current_exe()?);
        Self::spawn(command.args([floor::COMMAND, database, &address.to_string()]), address).await
    }

    async fn spawn(command: &mut Command, address: SocketAddr) -> Outcome<Self> {
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        let mut server = Self { child, address };
        while Connection::open(address).await.is_err() {
            if let Some(status) = server.child.try_wait()? {
                return Err(format!("a server ended at once: {status}").into());
            }
            tokio::time::sleep(TRY_EVERY).await;
        }
        Ok(server)
    }

    /// The CPU time that it has taken so far, in user and in kernel mode.
    pub(crate) fn cpu(&self) -> Outcome<Duration> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // The second column, a name in brackets, may hold anything; the 14th and the 15th are meant.
        let columns = stat.rsplit_once(')').map(|(_, rest)| rest.split_whitespace().skip(11).take(2));
        let ticks = columns.ok_or("/proc has changed")?.map(str::parse::<u32>).sum::<Result<u32, _>>()?;
        Ok(TICK * ticks)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An address that nobody listens on at this moment.
fn free_address() -> Outcome<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}
