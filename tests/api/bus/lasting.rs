//! A write is finished, whatever becomes of who asked for it.

use std::time::Duration;

use reseller_network::bus::Deadlines;
use reseller_network::tenancy::Scope;
use tokio::sync::Semaphore;

use super::world::{Keep, PATIENCE, World, unavailable};
use super::{Carrier, on_every_transport};

on_every_transport!(a_write_whose_caller_goes_away_is_finished, a_write_that_outlasts_its_deadline_is_finished,);

async fn a_write_whose_caller_goes_away_is_finished(carrier: Carrier) {
    let world = World::new(carrier);
    let calling = world.bus.call::<Keep>(Scope::Tenant(world.company), ());
    tokio::select! {
        _ = calling => panic!("nobody gave the write its permit"),
        () = wait_for(&world.module.begun) => {}
    }
    // The call is gone by now.
    world.module.permits.add_permits(1);
    wait_for(&world.module.done).await;
}

async fn a_write_that_outlasts_its_deadline_is_finished(carrier: Carrier) {
    let soon = Duration::from_millis(20);
    let world = World::with(carrier, Deadlines { reads: PATIENCE, writes: soon, retry_after: PATIENCE });
    unavailable(world.bus.call::<Keep>(Scope::Tenant(world.company), ()).await);
    wait_for(&world.module.begun).await;
    world.module.permits.add_permits(1);
    wait_for(&world.module.done).await;
}

async fn wait_for(sign: &Semaphore) {
    let waiting = tokio::time::timeout(PATIENCE, sign.acquire());
    waiting.await.expect("the sign comes").expect("an open semaphore").forget();
}
