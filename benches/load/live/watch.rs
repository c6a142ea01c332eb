//! Subscribers on connections of their own, and a publisher: how many messages came, how late, and what the server spent on them.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::Args;
use futures_util::{SinkExt, StreamExt};
use serde_json::json;
use tokio::net::TcpStream;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::super::{Outcome, say};

#[derive(Args, Debug)]
pub(crate) struct Options {
    /// Of the server
    #[arg(long)]
    address: SocketAddr,
    /// The process of the server
    #[arg(long)]
    pid: u32,
    /// A file with a token a line: the subscribers take them in turn
    #[arg(long)]
    tokens: PathBuf,
    /// A service's token
    #[arg(long)]
    publisher: String,
    /// The company that all events are about
    #[arg(long)]
    subject: String,
    /// How many subscribers of the tokens are told of an event
    #[arg(long)]
    told: u64,
    #[arg(long, default_value_t = 1_000)]
    subscribers: usize,
    /// So many of them read nothing
    #[arg(long, default_value_t = 0)]
    stalled: usize,
    /// Events a second
    #[arg(long)]
    rate: u32,
    /// How long a text of each event is
    #[arg(long, default_value_t = 0)]
    text: usize,
    #[arg(long, default_value_t = 10)]
    seconds: u64,
}

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

const FEED: &str = "subscription { activity(filter: { modules: [ORDERS] }) { cursor node {
    id type occurredAt distance summary data subject { resellerId name } } } }";

/// How long the last messages are waited for.
const LAST_WITHIN: Duration = Duration::from_mins(1);

/// What came.
#[derive(Default)]
struct Came {
    messages: AtomicU64,
    /// How many came within so many milliseconds: the last stands for all that took longer.
    within: Vec<AtomicU64>,
}

const MOST_MS: usize = 60_000;

pub(super) async fn run(options: &Options) -> Outcome<()> {
    let tokens = std::fs::read_to_string(&options.tokens)?;
    let tokens: Vec<&str> = tokens.lines().collect();
    let before = memory(options.pid)?;
    let came =
        Arc::new(Came { messages: AtomicU64::new(0), within: (0..=MOST_MS).map(|_| AtomicU64::new(0)).collect() });
    let mut sockets = Vec::new();
    for token in tokens.iter().cycle().take(options.subscribers) {
        sockets.push(subscribe(options.address, token, options.rate > 0).await?);
    }
    sleep(Duration::from_secs(2)).await;
    let connected = memory(options.pid)?;
    let stalled: Vec<_> = sockets.drain(..options.stalled.min(sockets.len())).collect();
    let reading: Vec<_> = sockets.into_iter().map(|socket| tokio::spawn(read(socket, came.clone()))).collect();

    let expected = options.told * u64::from(options.rate) * options.seconds;
    let (cpu, began) = (cpu_seconds(options.pid)?, Instant::now());
    publish(options).await?;
    let _ = timeout(LAST_WITHIN, async {
        while came.messages.load(Relaxed) < expected {
            sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    let (took, cpu) = (began.elapsed().as_secs_f64(), cpu_seconds(options.pid)? - cpu);
    let messages = came.messages.load(Relaxed);
    say(json!({
        "subscribers": options.subscribers, "rate": options.rate, "expected": expected, "messages": messages,
        "seconds": took, "cpu_seconds": cpu, "p50_ms": percentile(&came, messages, 50), "p99_ms": percentile(&came, messages, 99),
        "bytes_a_connection": connected.saturating_sub(before) / options.subscribers.max(1) as u64, "memory": memory(options.pid)?, "grown_by": memory(options.pid)?.saturating_sub(connected),
    }))?;
    reading.iter().for_each(tokio::task::JoinHandle::abort);
    drop(stalled);
    Ok(())
}

async fn subscribe(address: SocketAddr, token: &str, subscribes: bool) -> Outcome<Socket> {
    let mut request = format!("ws://{address}/graphql").into_client_request()?;
    request.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static("graphql-transport-ws"));
    let (mut socket, _) = connect_async(request).await?;
    let init = json!({ "type": "connection_init", "payload": { "Authorization": format!("Bearer {token}") } });
    socket.send(Message::text(init.to_string())).await?;
    let ack = socket.next().await.ok_or("no acknowledgement")??;
    if ack.to_text()? != r#"{"type":"connection_ack"}"# {
        return Err(format!("refused: {ack}").into());
    }
    if subscribes {
        let subscribe = json!({ "type": "subscribe", "id": "feed", "payload": { "query": FEED } });
        socket.send(Message::text(subscribe.to_string())).await?;
    }
    Ok(socket)
}

async fn read(mut socket: Socket, came: Arc<Came>) {
    while let Some(Ok(message)) = socket.next().await {
        let Ok(text) = message.to_text() else { return };
        // Its order's id is the instant at which it was published.
        let Some(sent) = text.split_once(r#""orderId":""#).and_then(|(_, rest)| rest.split('"').next()?.parse().ok())
        else {
            continue;
        };
        let ms = usize::try_from(now().saturating_sub(sent) / 1_000).unwrap_or(MOST_MS);
        came.within[ms.min(MOST_MS)].fetch_add(1, Relaxed);
        came.messages.fetch_add(1, Relaxed);
    }
}

/// Publishes events one by one, each at its time.
async fn publish(options: &Options) -> Outcome<()> {
    if options.rate == 0 {
        return Ok(());
    }
    // Nobody else has set it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::new();
    let mut ticks = interval(Duration::from_secs_f64(1.0 / f64::from(options.rate)));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut posting = Vec::new();
    for number in 0..u64::from(options.rate) * options.seconds {
        ticks.tick().await;
        let at = now();
        let event = json!({
            "specversion": "1.0", "source": "urn:bench", "id": format!("{at}-{number}"), "subject": options.subject,
            "type": "ResellerOrders.chain_order.status_changed",
            "data": {
                "orderId": at.to_string(), "from": null, "to": "PLACED", "amountMinor": 1250, "currency": "USD", "placedAt": "2026-01-01T00:00:00Z",
                "reference": "x".repeat(options.text),
            },
        });
        let request = client.post(format!("http://{}/events", options.address)).bearer_auth(&options.publisher);
        let request = request.header("content-type", "application/cloudevents+json").body(event.to_string());
        posting.push(tokio::spawn(async move { request.send().await?.error_for_status().map(drop) }));
    }
    for posted in posting {
        posted.await??;
    }
    Ok(())
}

/// Microseconds since 1970.
fn now() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(now.as_micros()).unwrap_or(u64::MAX)
}

fn percentile(came: &Came, messages: u64, percent: u64) -> usize {
    let mut left = messages * percent / 100;
    let later = came.within.iter().position(|count| {
        let count = count.load(Relaxed);
        let is_here = count >= left && count > 0;
        left = left.saturating_sub(count);
        is_here
    });
    later.unwrap_or(MOST_MS)
}

/// What the process has spent on processors.
fn cpu_seconds(pid: u32) -> Outcome<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let columns: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks: u64 =
        columns.get(11..13).ok_or("no such columns")?.iter().filter_map(|column| column.parse::<u64>().ok()).sum();
    // A tick is 10 ms on Linux, whatever the machine.
    Ok(Duration::from_millis(10 * ticks).as_secs_f64())
}

/// The resident memory of the process, in bytes.
fn memory(pid: u32) -> Outcome<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? * 1024)
}
