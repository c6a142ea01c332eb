//! Keys that come and go, by a real key server and a clock that the test sets.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::Body,
    http::{Response, StatusCode},
    routing::get,
};
use futures_util::future::join_all;
use tokio::net::TcpListener;

use super::*;
use crate::auth::rotation::{Clock, FETCH_INTERVAL, REFRESH_AGE, WAIT_AGE};

const A_MOMENT: Duration = Duration::from_secs(1);

/// A key server that counts how often it is asked.
#[derive(Default)]
struct KeyServer {
    asked: AtomicUsize,
    answer: Mutex<(StatusCode, String)>,
}

impl KeyServer {
    /// Starts one on a free port; its URL beside it.
    async fn start(members: &[Value]) -> (Arc<Self>, String) {
        let server = Arc::new(Self::default());
        server.publish(members);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/jwks?key=hidden", listener.local_addr().unwrap());
        let handler = {
            let server = Arc::clone(&server);
            move || async move { server.respond() }
        };
        let router = Router::new().route("/jwks", get(handler));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        (server, url)
    }

    fn publish(&self, members: &[Value]) {
        self.answer(StatusCode::OK, key_set(members));
    }

    fn answer(&self, status: StatusCode, body: impl Into<String>) {
        *self.answer.lock().unwrap() = (status, body.into());
    }

    fn respond(&self) -> Response<Body> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let (status, body) = self.answer.lock().unwrap().clone();
        Response::builder().status(status).header("location", "/jwks").body(Body::from(body)).unwrap()
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

/// A verifier and the hands of its clock.
struct Timed {
    verifier: Verifier,
    seconds: Arc<AtomicU64>,
}

impl Timed {
    async fn load(location: &str) -> Self {
        let seconds = Arc::new(AtomicU64::new(0));
        let (start, hands) = (Instant::now(), Arc::clone(&seconds));
        let clock = Clock::new(move || start + Duration::from_secs(hands.load(Ordering::SeqCst)));
        Self { verifier: Verifier::load_by(&by_key_set(location), clock).await.unwrap(), seconds }
    }

    fn wait(&self, time: Duration) {
        self.seconds.fetch_add(time.as_secs(), Ordering::SeqCst);
    }

    async fn refusal(&self, token: &str) -> Option<Reason> {
        refusal(&self.verifier, token).await
    }

    /// Asks until `token` is refused as `expected`, or taken where that is none.
    async fn comes_to(&self, token: &str, expected: Option<Reason>) {
        let asking = async {
            while self.refusal(token).await != expected {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), asking).await.unwrap();
    }
}

fn old_key() -> Value {
    IssuerKey::ed25519().published_as("old")
}

fn new_key() -> Value {
    IssuerKey::other_ed25519().published_as("new")
}

fn old_token() -> String {
    IssuerKey::ed25519().sign(Some("old"), &good_claims())
}

fn new_token() -> String {
    IssuerKey::other_ed25519().sign(Some("new"), &good_claims())
}

#[tokio::test]
async fn a_new_key_works_at_its_first_token() {
    let (server, url) = KeyServer::start(&[old_key()]).await;
    let timed = Timed::load(&url).await;
    assert_eq!(timed.refusal(&old_token()).await, None);
    assert_eq!(server.asked(), 1);
    server.publish(&[old_key(), new_key()]);
    assert_eq!(timed.refusal(&new_token()).await, None);
    assert_eq!(timed.refusal(&old_token()).await, None);
    assert_eq!(server.asked(), 2);
}

#[tokio::test]
async fn unknown_keys_make_us_ask_once_a_minute() {
    let (server, url) = KeyServer::start(&[old_key()]).await;
    let timed = Timed::load(&url).await;
    for _ in 0..3 {
        assert_eq!(timed.refusal(&new_token()).await, Some(Reason::UnknownKey));
        assert_eq!(server.asked(), 2);
    }
    server.publish(&[new_key()]);
    timed.wait(FETCH_INTERVAL.saturating_sub(A_MOMENT));
    assert_eq!(timed.refusal(&new_token()).await, Some(Reason::UnknownKey));
    assert_eq!(server.asked(), 2);
    timed.wait(A_MOMENT);
    assert_eq!(timed.refusal(&new_token()).await, None);
    assert_eq!(server.asked(), 3);
}

#[tokio::test]
async fn requests_at_once_share_one_fetch() {
    let (server, url) = KeyServer::start(&[old_key()]).await;
    let timed = Timed::load(&url).await;
    server.publish(&[old_key(), new_key()]);
    let token = new_token();
    let refusals = join_all((0..50).map(|_| timed.refusal(&token))).await;
    assert!(refusals.iter().all(Option::is_none));
    assert_eq!(server.asked(), 2);
}

#[tokio::test]
async fn a_client_that_hangs_up_stops_no_fetch() {
    let (server, url) = KeyServer::start(&[old_key()]).await;
    let timed = Timed::load(&url).await;
    server.publish(&[old_key(), new_key()]);
    let token = new_token();
    let the_server_is_asked = async {
        while server.asked() < 2 {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        biased;
        () = the_server_is_asked => {}
        _ = timed.refusal(&token) => {}
    }
    assert_eq!(timed.refusal(&token).await, None);
    assert_eq!(server.asked(), 2);
}

#[tokio::test]
async fn a_withdrawn_key_stops_working() {
    let (server, url) = KeyServer::start(&[old_key(), new_key()]).await;
    let timed = Timed::load(&url).await;
    server.publish(&[new_key()]);
    timed.wait(REFRESH_AGE);
    assert_eq!(timed.refusal(&old_token()).await, None);
    assert_eq!(server.asked(), 1, "the keys are not old yet");
    timed.wait(A_MOMENT);
    assert_eq!(timed.refusal(&old_token()).await, None, "the request does not wait");
    timed.comes_to(&old_token(), Some(Reason::UnknownKey)).await;
    assert_eq!(timed.refusal(&new_token()).await, None);
    assert_eq!(server.asked(), 2);
}

#[tokio::test]
async fn a_key_that_was_withdrawn_in_a_quiet_hour_lets_nobody_in() {
    let (server, url) = KeyServer::start(&[old_key(), new_key()]).await;
    let timed = Timed::load(&url).await;
    server.publish(&[new_key()]);
    timed.wait(WAIT_AGE + A_MOMENT);
    assert_eq!(timed.refusal(&old_token()).await, Some(Reason::UnknownKey));
    assert_eq!(server.asked(), 2);
}

#[tokio::test]
async fn an_empty_set_withdraws_every_key() {
    let (server, url) = KeyServer::start(&[old_key()]).await;
    let timed = Timed::load(&url).await;
    server.publish(&[]);
    timed.wait(WAIT_AGE + A_MOMENT);
    assert_eq!(timed.refusal(&old_token()).await, Some(Reason::UnknownKey));
}

#[tokio::test]
async fn the_last_known_keys_outlive_their_source() {
    let too_long = format!(r#"{{"keys":[],"pad":"{}"}}"#, "x".repeat(1024 * 1024));
    for (status, body) in [
        (StatusCode::INTERNAL_SERVER_ERROR, key_set(&[new_key()])),
        (StatusCode::FOUND, key_set(&[new_key()])),
        (StatusCode::OK, "<html>".to_owned()),
        (StatusCode::OK, too_long),
    ] {
        let (server, url) = KeyServer::start(&[old_key()]).await;
        let timed = Timed::load(&url).await;
        server.answer(status, body);
        timed.wait(WAIT_AGE + A_MOMENT);
        assert_eq!(timed.refusal(&old_token()).await, None, "{status}");
        assert_eq!(server.asked(), 2, "{status}: redirects are not followed");
        let refused = timed.verifier.verify(&new_token()).await.unwrap_err();
        assert!(refused.is_fault(), "{status}");
        server.publish(&[new_key()]);
        timed.wait(FETCH_INTERVAL);
        timed.comes_to(&new_token(), None).await;
        assert_eq!(server.asked(), 3, "{status}");
    }
}

#[tokio::test]
async fn a_file_rotates_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("jwks.json");
    std::fs::write(&path, key_set(&[old_key()])).unwrap();
    let timed = Timed::load(path.to_str().unwrap()).await;
    std::fs::write(&path, key_set(&[new_key()])).unwrap();
    assert_eq!(timed.refusal(&old_token()).await, None);
    assert_eq!(timed.refusal(&new_token()).await, None);
    assert_eq!(timed.refusal(&old_token()).await, Some(Reason::UnknownKey));
    std::fs::remove_file(&path).unwrap();
    timed.wait(WAIT_AGE + A_MOMENT);
    assert_eq!(timed.refusal(&new_token()).await, None);
}

#[tokio::test]
async fn keys_that_cannot_be_loaded_at_the_start_are_an_error() {
    let (server, url) = KeyServer::start(&[]).await;
    let error = |location: String| async move { Verifier::load(&by_key_set(&location)).await.unwrap_err().to_string() };
    let text = error(url.clone()).await;
    assert!(text.contains("JWT_JWKS") && text.contains("none of its keys"), "{text}");
    server.answer(StatusCode::NOT_FOUND, "");
    let text = error(url.clone()).await;
    assert!(text.contains("404") && text.contains("/jwks") && !text.contains("hidden"), "{text}");
    server.answer(StatusCode::OK, "{}");
    assert!(error(url).await.contains("not a JSON Web Key Set"));
    let nobody_listens = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let text = error(format!("http://user:hidden@{nobody_listens}/")).await;
    assert!(text.contains("refused") && !text.contains("hidden"), "{text}");
    assert!(error(format!("https://{nobody_listens}/")).await.contains("cannot be reached"));
    let text = error("HTTPS://user:hidden@:bad".to_owned()).await;
    assert!(text.contains("URL") && !text.contains("hidden"), "{text}");
    assert!(error("/no/such/jwks.json".to_owned()).await.contains("/no/such/jwks.json"));
}
