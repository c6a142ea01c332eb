//! What a caller hears of a module that does not do what it was asked.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use reseller_network::bus::{CallError, Deadlines, InProcess, Module, Transport};
use reseller_network::tenancy::Scope;

use super::world::{Glance, Look, PATIENCE, Task, Unserved, World, unavailable};
use super::{Carrier, on_every_transport};
use crate::support::faults::{Failing, Garbage, Hanging, refusal};

on_every_transport!(
    a_refusal_reaches_the_caller_and_is_no_failure,
    a_module_that_fails_panics_or_forgets_a_target_can_not_answer,
    a_module_that_talks_nonsense_can_not_answer,
    a_module_that_hangs_can_not_answer_within_the_deadline,
    a_module_that_is_not_there_can_not_answer,
    one_call_that_fails_alone_keeps_nobody_else_from_calling,
    after_five_failures_in_a_row_nobody_waits_in_vain,
    who_answers_again_is_asked_again,
    one_operation_that_fails_leaves_the_others_alone,
);

async fn a_refusal_reaches_the_caller_and_is_no_failure(carrier: Carrier) {
    let world = World::new(carrier);
    for _ in 0..10 {
        match world.look(Task::Refuse).await {
            Err(CallError::Refused(heard)) => assert_eq!(heard, refusal()),
            other => panic!("expected a refusal: {other:?}"),
        }
    }
    assert!(world.is_available("test.look"));
}

async fn a_module_that_fails_panics_or_forgets_a_target_can_not_answer(carrier: Carrier) {
    let world = World::new(carrier);
    for task in [Task::Fail, Task::Stumble, Task::Panic, Task::AnswerOnce] {
        assert_eq!(unavailable(world.look(task.clone()).await).module, Module::Other, "{task:?}");
    }
    world.look(Task::Repeat(String::new())).await.expect("answers, as before");
}

async fn a_module_that_talks_nonsense_can_not_answer(carrier: Carrier) {
    let world = World::new(carrier);
    world.replace_module(&(Arc::new(Garbage) as Arc<dyn Transport>));
    assert_eq!(unavailable(world.look(Task::Repeat(String::new())).await).module, Module::Other);
}

async fn a_module_that_hangs_can_not_answer_within_the_deadline(carrier: Carrier) {
    let soon = Duration::from_millis(20);
    let world = World::with(carrier, Deadlines { reads: soon, writes: soon, retry_after: PATIENCE });
    let begun = Instant::now();
    unavailable(world.look(Task::Hang).await);
    unavailable(world.bus.call::<super::world::Keep>(Scope::Tenant(world.company), ()).await);
    world.replace_module(&(Arc::new(Hanging) as Arc<dyn Transport>));
    unavailable(world.look(Task::Repeat(String::new())).await);
    assert!(begun.elapsed() < PATIENCE, "nobody waits for ever");
}

async fn a_module_that_is_not_there_can_not_answer(carrier: Carrier) {
    let world = World::new(carrier);
    let own = Scope::Tenant(world.company);
    unavailable(world.bus.call::<Unserved>(own, Task::Refuse).await);
    world.replace_module(&(Arc::new(InProcess::default()) as Arc<dyn Transport>));
    unavailable(world.look(Task::Refuse).await);
    world.bus.close();
    unavailable(world.look(Task::Refuse).await);
    assert_eq!(world.module.asked.load(Ordering::SeqCst), 0);
}

async fn one_call_that_fails_alone_keeps_nobody_else_from_calling(carrier: Carrier) {
    let world = World::new(carrier);
    for task in [Task::Stumble, Task::Panic] {
        for _ in 0..4 {
            assert!(!unavailable(world.look(Task::Fail).await).is_lasting);
        }
        for _ in 0..10 {
            assert!(unavailable(world.look(task.clone()).await).is_lasting, "{task:?}");
            assert!(world.is_available("test.look"), "{task:?}");
        }
    }
    world.look(Task::Repeat(String::new())).await.expect("answers, as before");
}

async fn after_five_failures_in_a_row_nobody_waits_in_vain(carrier: Carrier) {
    let world = World::new(carrier);
    for _ in 0..4 {
        unavailable(world.look(Task::Fail).await);
    }
    world.look(Task::Refuse).await.expect_err("a refusal, after which the count begins anew");
    for _ in 0..5 {
        assert!(world.is_available("test.look"));
        unavailable(world.look(Task::AnswerOnce).await);
    }
    assert!(!world.is_available("test.look"));
    unavailable(world.look(Task::Repeat(String::new())).await);
    assert_eq!(world.module.asked.load(Ordering::SeqCst), 10, "the last call was not sent");
}

async fn who_answers_again_is_asked_again(carrier: Carrier) {
    let world = World::with(carrier, Deadlines { reads: PATIENCE, writes: PATIENCE, retry_after: Duration::ZERO });
    for _ in 0..7 {
        unavailable(world.look(Task::Fail).await);
    }
    assert!(!world.is_available("test.look"));
    assert_eq!(world.module.asked.load(Ordering::SeqCst), 7, "it was tried again each time");
    world.look(Task::Repeat(String::new())).await.expect("answers");
    assert!(world.is_available("test.look"));
}

async fn one_operation_that_fails_leaves_the_others_alone(carrier: Carrier) {
    let world = World::new(carrier);
    world.bus.reroute("test.look", |_| Arc::new(Failing));
    for _ in 0..6 {
        unavailable(world.look(Task::Repeat(String::new())).await);
    }
    let own = Scope::Tenant(world.company);
    world.bus.call::<Glance>(own, Task::Repeat(String::new())).await.expect("an answer");
    let unknown = world.bus.call::<Look>(own, Task::Repeat(String::new())).await;
    assert!(!unavailable(unknown).cause.is_empty());
}
