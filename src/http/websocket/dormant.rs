//! What is waited for all the time and seldom comes.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use futures_util::future::BoxFuture;
use futures_util::task::AtomicWaker;

/// A future that is looked at only when it has asked for that. A connection is woken for each message that it sends, and looking each time at all that
/// may end it would cost more than to send the message.
pub(super) struct Dormant<T> {
    future: BoxFuture<'static, T>,
    alarm: Arc<Alarm>,
    waker: Waker,
}

#[derive(Default)]
struct Alarm {
    rings: AtomicBool,
    sleeper: AtomicWaker,
}

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.rings.store(true, Ordering::Release);
        self.sleeper.wake();
    }
}

impl<T> Dormant<T> {
    /// The same future, looked at less often.
    pub(super) fn new(future: BoxFuture<'static, T>) -> Self {
        let alarm = Arc::new(Alarm { rings: AtomicBool::new(true), sleeper: AtomicWaker::new() });
        Self { future, waker: alarm.clone().into(), alarm }
    }
}

impl<T> Future for Dormant<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        // Before it is looked at whether it rings: an alarm that begins to ring afterwards wakes who sleeps.
        self.alarm.sleeper.register(cx.waker());
        if !self.alarm.rings.swap(false, Ordering::AcqRel) {
            return Poll::Pending;
        }
        let Self { future, waker, .. } = &mut *self;
        future.as_mut().poll(&mut Context::from_waker(waker))
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn it_comes_when_it_comes() {
        let (send, receive) = oneshot::channel();
        let mut dormant = Dormant::new(Box::pin(receive));
        assert!((&mut dormant).now_or_never().is_none());
        assert!((&mut dormant).now_or_never().is_none());
        send.send(1).expect("somebody waits");
        assert_eq!(dormant.await, Ok(1));
    }

    #[tokio::test]
    async fn who_waits_elsewhere_by_then_is_woken() {
        let (send, receive) = oneshot::channel();
        let mut dormant = Dormant::new(Box::pin(receive));
        assert!((&mut dormant).now_or_never().is_none());
        let waiting = tokio::spawn(dormant);
        tokio::task::yield_now().await;
        send.send(1).expect("somebody waits");
        assert_eq!(waiting.await.expect("no panic"), Ok(1));
    }
}
