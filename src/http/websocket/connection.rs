//! One connection from its first message to its last.

use std::convert::Infallible;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use axum::extract::ws::{Message, Utf8Bytes, WebSocket};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use futures_util::{FutureExt, SinkExt, StreamExt, poll};
use serde_json::{Map, Value};
use tokio::time::{Instant, timeout};

use super::PROTOCOL;
use super::closing::Closing;
use super::dormant::Dormant;
use super::message::{FromClient, FromServer};
use super::operations::{Operations, Outcome};
use super::quiet::Quiet;
use crate::app::App;
use crate::auth::{Caller, SignInError, TENANT_HEADER};
use crate::graphql::documents::GraphqlRequest;
use crate::graphql::error::ErrorCode;
use crate::http::connections::{Connections, Counted, TooMany};
use crate::http::session::{self, Ending};

/// How long a client may keep a message from being sent, before it is taken for gone.
const SENT_WITHIN: Duration = Duration::from_secs(30);

/// How long a client has to answer to a close.
const CLOSED_WITHIN: Duration = Duration::from_secs(2);

/// What is sent, in bytes, before the client is listened to again, and before it is looked at whether it may still be told anything.
const AT_ONCE: usize = 64 * 1024;

/// How long the answers to queries and mutations are waited for when the program ends.
const FINISHED_WITHIN: Duration = Duration::from_secs(5);

pub(super) struct Connection {
    socket: WebSocket,
    app: Arc<App>,
    connections: Arc<Connections>,
    /// What the request had to say of who it is; until that is known.
    headers: HeaderMap,
    request_id: String,
}

/// Why a connection ends.
pub(super) enum End {
    /// The server ends it.
    Close(Closing),
    /// The client is gone.
    Gone,
}

impl From<Closing> for End {
    fn from(closing: Closing) -> Self {
        Self::Close(closing)
    }
}

impl Connection {
    pub(super) fn new(
        socket: WebSocket,
        app: Arc<App>,
        connections: Arc<Connections>,
        headers: HeaderMap,
        request_id: String,
    ) -> Self {
        Self { socket, app, connections, headers, request_id }
    }

    /// Speaks with the client until one of both has had enough. It is counted until then.
    pub(super) async fn run(mut self, counted: Result<Counted, TooMany>) {
        let end = match counted {
            Ok(mut counted) => {
                let Err(end) = self.serve(&mut counted).await;
                return self.farewell(end).await;
            }
            Err(too_many) => Closing::TooMany(too_many).into(),
        };
        self.farewell(end).await;
    }

    async fn farewell(&mut self, end: End) {
        if let End::Close(closing) = end {
            tracing::debug!(request_id = self.request_id, ?closing, "a connection is closed");
            let _ = timeout(CLOSED_WITHIN, self.close(&closing)).await;
        }
    }

    async fn close(&mut self, closing: &Closing) -> Result<(), axum::Error> {
        self.socket.send(Message::Close(Some(closing.frame()))).await?;
        // What the client still had to say is not heard any more, until it answers.
        while let Some(Ok(message)) = self.socket.recv().await {
            if matches!(message, Message::Close(_)) {
                break;
            }
        }
        Ok(())
    }

    async fn serve(&mut self, counted: &mut Counted) -> Result<Infallible, End> {
        if self.socket.protocol().is_none_or(|protocol| protocol != PROTOCOL) {
            return Err(Closing::Protocol.into());
        }
        let within = self.connections.limits.init_within;
        let mut ending = self.connections.ending();
        let caller = tokio::select! {
            caller = timeout(within, self.initialise()) => caller.map_err(|_| Closing::InitTimeout)??,
            _ = ending.wait_for(|ending| *ending) => return Err(Closing::Shutdown.into()),
        };
        let caller = Caller { address: counted.address(), ..caller };
        if let Some(seat) = caller.seat {
            counted.count_for(seat.tenant).map_err(Closing::TooMany)?;
        }
        self.send(&FromServer::Ack).await?;
        self.operate(caller).await
    }

    /// Waits for the client to say who it is.
    async fn initialise(&mut self) -> Result<Caller, End> {
        loop {
            match self.hear().await? {
                FromClient::Init(payload) => {
                    let caller = self.sign_in(&payload).await?;
                    while let Some(message) = self.hear().now_or_never() {
                        self.act_unacknowledged(message?).await?;
                    }
                    return Ok(caller);
                }
                message => self.act_unacknowledged(message).await?,
            }
        }
    }

    /// Does what may be asked for before the caller is acknowledged, which is not much.
    async fn act_unacknowledged(&mut self, message: FromClient) -> Result<(), End> {
        match message {
            FromClient::Init(_) => Err(Closing::InitTwice.into()),
            FromClient::Subscribe { .. } => Err(Closing::Unacknowledged.into()),
            FromClient::Ping(payload) => self.send(&FromServer::Pong(payload)).await,
            // It completes what it never began, and answers to what nobody asked.
            FromClient::Pong | FromClient::Complete { .. } => Ok(()),
        }
    }

    /// The caller, by what the payload has of the headers that a request would have; what it has not, the connection's own headers may.
    async fn sign_in(&mut self, payload: &Map<String, Value>) -> Result<Caller, Closing> {
        let mut headers = std::mem::take(&mut self.headers);
        for name in SIGNING_IN {
            let mut given = payload.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name.as_str()));
            let Some((_, value)) = given.next() else { continue };
            let is_only = given.next().is_none();
            let value = value.as_str().and_then(|value| HeaderValue::from_str(value).ok());
            headers.insert(&name, value.filter(|_| is_only).ok_or(Closing::Forbidden)?);
        }
        match self.app.sign_in.caller(&headers).await {
            Ok((caller, _)) => Ok(caller),
            Err(SignInError::Unauthenticated | SignInError::Forbidden) => Err(Closing::Forbidden),
            Err(SignInError::Fault(fault)) => {
                tracing::error!(%fault, request_id = self.request_id, "a connection could not be signed in");
                Err(Closing::Unavailable)
            }
        }
    }

    /// Runs what the client asks for.
    async fn operate(&mut self, caller: Caller) -> Result<Infallible, End> {
        let mut operations = Operations::default();
        let mut ending = Dormant::new(session::ending(self.app.clone(), &self.connections, caller.clone()));
        let limits = self.connections.limits;
        let mut quiet = Quiet::new(limits);
        let mut alarm = sleep_until(quiet.next_look(false));
        loop {
            tokio::select! {
                // Whoever is to go goes, whatever there is to tell; and who has answered a ping is heard before they are missed.
                biased;
                ending = &mut ending => return Err(self.end(ending, operations).await?.into()),
                message = self.hear() => {
                    let message = message?;
                    quiet.heard();
                    self.act(message, &caller, &mut operations).await?;
                }
                () = &mut alarm => {
                    if quiet.look(operations.len() > 0)? {
                        self.send(&FromServer::Ping).await?;
                    }
                    alarm = sleep_until(quiet.next_look(operations.len() > 0));
                }
                Some((id, outcome)) = operations.next() => {
                    self.tell(&mut operations, id, outcome).await?;
                    quiet.worked();
                }
            }
        }
    }

    /// Does what the client says.
    async fn act(&mut self, message: FromClient, caller: &Caller, operations: &mut Operations) -> Result<(), End> {
        match message {
            FromClient::Init(_) => return Err(Closing::InitTwice.into()),
            FromClient::Ping(payload) => self.send(&FromServer::Pong(payload)).await?,
            FromClient::Pong => {}
            FromClient::Complete { id } => operations.end(&id),
            FromClient::Subscribe { id, .. } if operations.has(&id) => return Err(Closing::Duplicate(id).into()),
            FromClient::Subscribe { id, request } => self.begin(&id, request, caller, operations).await?,
        }
        Ok(())
    }

    async fn begin(
        &mut self,
        id: &str,
        request: GraphqlRequest,
        caller: &Caller,
        operations: &mut Operations,
    ) -> Result<(), End> {
        let most = self.connections.limits.operations;
        if operations.len() >= most {
            let message = format!("At most {most} operations at once on a connection: complete one, or open another.");
            let errors = [ErrorCode::RateLimited.request_error(message)];
            return self.send(&FromServer::Error { id, errors: &errors }).await;
        }
        let prepared = match self.app.api.prepare(request) {
            Ok(prepared) => prepared,
            Err(error) => return self.send(&FromServer::Error { id, errors: &[error] }).await,
        };
        let tenant = caller.seat.map(|seat| seat.tenant);
        let subscribed = prepared.is_subscription().then(|| self.connections.subscribe(tenant)).transpose();
        match subscribed {
            Ok(subscribed) => {
                let asked = (caller.clone(), prepared, self.request_id.clone());
                operations.begin(id, subscribed, self.app.clone(), asked);
                Ok(())
            }
            Err(too_many) => {
                let errors = [ErrorCode::RateLimited.request_error(format!("{}.", too_many.reason()))];
                self.send(&FromServer::Error { id, errors: &errors }).await
            }
        }
    }

    /// Tells what has come of an operation, and what else has come of any by now.
    async fn tell(&mut self, operations: &mut Operations, id: Arc<str>, outcome: Outcome) -> Result<(), End> {
        let socket = &mut self.socket;
        let telling = async {
            let mut next = Some((id, outcome));
            let mut left = AT_ONCE;
            while let Some((id, outcome)) = next.take() {
                let message = written(&id, &outcome);
                left = left.saturating_sub(message.len());
                socket.feed(Message::Text(message)).await?;
                if left > 0 {
                    next = came(operations).await;
                }
            }
            socket.flush().await
        };
        sent(telling).await
    }

    /// Says farewell to what is under way. Where the program ends, subscriptions are not complete: the client resumes them elsewhere. What was
    /// asked while the caller was signed in is answered; who has lost their rights gets no more answers.
    async fn end(&mut self, ending: Ending, mut operations: Operations) -> Result<Closing, End> {
        if ending != Ending::Shutdown {
            self.complete(&operations.end_subscriptions()).await?;
        }
        if ending != Ending::Forbidden {
            if let Ok(finished) = timeout(FINISHED_WITHIN, self.finish(&mut operations)).await {
                finished?;
            } else {
                tracing::warn!(request_id = self.request_id, "an operation did not finish in time");
            }
        }
        if ending != Ending::Shutdown {
            self.complete(&operations.end_all()).await?;
        }
        Ok(ending.into())
    }

    async fn complete(&mut self, ids: &[Arc<str>]) -> Result<(), End> {
        let completing = async {
            for id in ids {
                self.send(&FromServer::Complete { id }).await?;
            }
            Ok(())
        };
        timeout(CLOSED_WITHIN, completing).await.unwrap_or(Err(End::Gone))
    }

    /// Sends what has come by now, and waits for the answers to queries and mutations.
    async fn finish(&mut self, operations: &mut Operations) -> Result<(), End> {
        while let Some((id, outcome)) = came(operations).await {
            self.tell(operations, id, outcome).await?;
        }
        while operations.has_questions() {
            let Some((id, outcome)) = operations.next().await else { break };
            self.tell(operations, id, outcome).await?;
        }
        Ok(())
    }

    async fn hear(&mut self) -> Result<FromClient, End> {
        loop {
            return match self.socket.recv().await {
                Some(Ok(Message::Text(text))) => Ok(FromClient::read(&text).map_err(Closing::Invalid)?),
                Some(Ok(Message::Binary(_))) => Err(Closing::Invalid("A message is a text".to_owned()).into()),
                // What is answered to these, the library says with the next read.
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Close(_))) => continue,
                None => Err(End::Gone),
                Some(Err(error)) => Err(self.unreadable(&error)),
            };
        }
    }

    /// The library has no better mark of what was wrong than its texts.
    fn unreadable(&self, error: &axum::Error) -> End {
        let text = error.to_string();
        if text.contains("too long") || text.contains("too big") {
            Closing::TooLong(self.connections.limits.message_bytes).into()
        } else if text.contains("UTF-8") {
            Closing::NotUtf8.into()
        } else {
            End::Gone
        }
    }

    async fn send(&mut self, message: &FromServer<'_>) -> Result<(), End> {
        sent(self.socket.send(Message::Text(message.write()))).await
    }
}

fn sleep_until(instant: Instant) -> Dormant<()> {
    Dormant::new(Box::pin(tokio::time::sleep_until(instant)))
}

/// What has come of any operation by now.
async fn came(operations: &mut Operations) -> Option<(Arc<str>, Outcome)> {
    match poll!(operations.next()) {
        Poll::Ready(came) => came,
        Poll::Pending => None,
    }
}

/// The headers that say who somebody is.
const SIGNING_IN: [HeaderName; 2] = [AUTHORIZATION, HeaderName::from_static(TENANT_HEADER)];

/// A copy of them: the headers themselves would keep the whole buffer that the request was read into.
pub(super) fn copied(headers: &HeaderMap) -> HeaderMap {
    let mut copied = HeaderMap::new();
    for name in SIGNING_IN {
        for value in headers.get_all(&name) {
            if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
                copied.append(name.clone(), value);
            }
        }
    }
    copied
}

/// Sends something, for as long as a client may keep it from being sent.
async fn sent(sending: impl Future<Output = Result<(), axum::Error>>) -> Result<(), End> {
    match timeout(SENT_WITHIN, sending).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(End::Gone),
    }
}

fn written(id: &str, outcome: &Outcome) -> Utf8Bytes {
    let message = match outcome {
        Outcome::Message(message) => FromServer::Next { id, payload: &message.payload },
        Outcome::Answer(payload) => FromServer::Next { id, payload },
        Outcome::Errors(errors) => FromServer::Error { id, errors },
        Outcome::Complete => FromServer::Complete { id },
    };
    message.write()
}
