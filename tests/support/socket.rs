//! The program on a port of its own, and a client that speaks to it over WebSocket, down to the letter of each message.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use reseller_network::http::connections::ConnectionLimits;
use reseller_network::http::proxies::Proxies;
use reseller_network::http::server::{listen, serve_until};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::app::TestApp;

/// How long a test waits for what must come, before it fails.
const PATIENCE: Duration = Duration::from_secs(30);

/// The program, listening.
pub(crate) struct Served {
    pub(crate) address: SocketAddr,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<std::io::Result<()>>,
}

impl TestApp {
    /// Serves the program on a free port.
    pub(crate) async fn served(&self, limits: ConnectionLimits) -> Served {
        self.served_behind(Proxies::default(), limits).await
    }

    /// The same, behind these proxies.
    pub(crate) async fn served_behind(&self, proxies: Proxies, limits: ConnectionLimits) -> Served {
        let listener = listen(SocketAddr::from(([127, 0, 0, 1], 0))).await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (stop, stopped) = oneshot::channel::<()>();
        let app = self.running();
        let serving = tokio::spawn(serve_until(listener, app, limits, proxies, async {
            let _ = stopped.await;
        }));
        Served { address, stop, serving }
    }
}

impl Served {
    /// Asks the program to end.
    pub(crate) fn stop(self) -> JoinHandle<std::io::Result<()>> {
        self.stop.send(()).expect("it still serves");
        self.serving
    }

    /// A connection on which nothing was said yet.
    pub(crate) async fn socket(&self) -> Socket {
        Socket::open(self.address, Some("graphql-transport-ws"), &[]).await.expect("a connection")
    }

    /// A connection of somebody with this token.
    pub(crate) async fn signed_in(&self, token: &str) -> Socket {
        let mut socket = self.socket().await;
        socket.init(json!({ "Authorization": format!("Bearer {token}") })).await;
        assert_eq!(socket.message().await, json!({ "type": "connection_ack" }));
        socket
    }
}

/// A client's end of a connection.
pub(crate) struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

/// What a server says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Heard {
    Message(Value),
    /// The connection ends, with this code and reason.
    Closed(u16, String),
    /// It ended without a word.
    Gone,
}

impl Socket {
    pub(crate) async fn open(
        address: SocketAddr,
        protocols: Option<&str>,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, tungstenite::Error> {
        let mut request = format!("ws://{address}/graphql").into_client_request()?;
        if let Some(protocols) = protocols {
            request.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_str(protocols).expect("a header"));
        }
        for (name, value) in headers {
            request.headers_mut().insert(*name, HeaderValue::from_str(value).expect("a header"));
        }
        Ok(Self(connect_async(request).await?.0))
    }

    pub(crate) async fn say(&mut self, message: Value) {
        self.say_frame(Message::text(message.to_string())).await;
    }

    pub(crate) async fn say_frame(&mut self, message: Message) {
        // What is said to somebody who has just left is lost; what is heard then tells.
        let _ = self.0.send(message).await;
    }

    /// Says all of this without waiting for an answer in between, so that it arrives together.
    pub(crate) async fn say_together(&mut self, messages: &[Value]) {
        for message in messages {
            self.0.feed(Message::text(message.to_string())).await.expect("a connection");
        }
        self.0.flush().await.expect("a connection");
    }

    pub(crate) async fn init(&mut self, payload: Value) {
        self.say(json!({ "type": "connection_init", "payload": payload })).await;
    }

    pub(crate) async fn subscribe(&mut self, id: &str, query: &str, variables: Value) {
        let payload = json!({ "query": query, "variables": variables });
        self.say(json!({ "type": "subscribe", "id": id, "payload": payload })).await;
    }

    /// What the server says next, which it must in time.
    pub(crate) async fn hear(&mut self) -> Heard {
        timeout(PATIENCE, self.hear_at_last()).await.expect("the server says something in time")
    }

    /// What the server says next, whenever that is.
    pub(crate) async fn hear_at_last(&mut self) -> Heard {
        loop {
            return match self.0.next().await {
                Some(Ok(Message::Text(text))) => Heard::Message(serde_json::from_str(&text).expect("JSON")),
                Some(Ok(Message::Close(Some(frame)))) => Heard::Closed(frame.code.into(), frame.reason.to_string()),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
                _ => Heard::Gone,
            };
        }
    }

    /// The next message, which there must be.
    pub(crate) async fn message(&mut self) -> Value {
        match self.hear().await {
            Heard::Message(message) => message,
            ended => panic!("the connection ended: {ended:?}"),
        }
    }

    /// The data of the next message, which must be one of the operation `id`, without errors.
    pub(crate) async fn next_of(&mut self, id: &str) -> Value {
        let message = self.message().await;
        assert_eq!((&message["type"], &message["id"]), (&json!("next"), &json!(id)), "{message}");
        assert_eq!(message["payload"].get("errors"), None, "{message}");
        message["payload"]["data"].clone()
    }

    /// Code and reason of the connection's end, after whatever else was said.
    pub(crate) async fn closed(&mut self) -> (u16, String) {
        loop {
            match self.hear().await {
                Heard::Message(_) => {}
                Heard::Closed(code, reason) => return (code, reason),
                Heard::Gone => panic!("the connection ended without a word"),
            }
        }
    }
}
