//! Listening, and shutting down gracefully.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::serve::ListenerExt;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use super::connections::{ConnectionLimits, Connections};
use super::proxies::Proxies;
use super::router;
use crate::app::App;

/// How long requests that are under way may go on after the program was asked to end.
const GRACE: Duration = Duration::from_secs(10);

/// An address could not be listened on.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}: {cause}")]
pub struct ListenError {
    address: SocketAddr,
    cause: io::Error,
}

/// Listens on `address`; port 0 takes any free one.
pub async fn listen(address: SocketAddr) -> Result<TcpListener, ListenError> {
    TcpListener::bind(address).await.map_err(|cause| ListenError { address, cause })
}

/// Serves `app` until the program is asked to end (SIGINT or SIGTERM): stops accepting, finishes what is under way, and returns.
pub async fn serve(listener: TcpListener, app: Arc<App>, limits: ConnectionLimits, proxies: Proxies) -> io::Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let asked = async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        tracing::info!("asked to end: finishing what is under way");
    };
    serve_until(listener, app, limits, proxies, asked).await
}

/// The same, until `asked` says so.
pub async fn serve_until(
    listener: TcpListener,
    app: Arc<App>,
    limits: ConnectionLimits,
    proxies: Proxies,
    asked: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let (ending, mut ended) = watch::channel(false);
    let address = listener.local_addr()?;
    tracing::info!(%address, resellers = app.topology.current().len(), "serving");
    let connections = Connections::new(limits);
    let asked = async move {
        asked.await;
        ending.send_replace(true);
    };
    let look_through = move |request| std::future::ready(proxies.look_through(request));
    let routes = router(app.clone(), connections.clone()).layer(axum::middleware::map_request(look_through));
    let service = routes.into_make_service_with_connect_info::<SocketAddr>();
    // Else a message waits until the client's system has acknowledged the one before, which it may put off for 40 ms.
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection was gone at once");
        }
    });
    let serving = axum::serve(listener, service).with_graceful_shutdown(asked);
    let mut asked_too = ended.clone();
    let all = async {
        // Who stays is sent away as soon as nobody new is let in.
        let staying = async {
            let _ = asked_too.wait_for(|ended| *ended).await;
            connections.end().await;
        };
        let (served, ()) = tokio::join!(serving, staying);
        served
    };
    let too_long = async {
        // An error means that serving ended by itself, and nobody waits here any more.
        if ended.wait_for(|ended| *ended).await.is_ok() {
            tokio::time::sleep(GRACE).await;
        }
    };
    let served = tokio::select! {
        result = all => result,
        () = too_long => {
            tracing::warn!("some requests did not finish in {} s", GRACE.as_secs());
            Ok(())
        }
    };
    app.finish().await;
    served
}
