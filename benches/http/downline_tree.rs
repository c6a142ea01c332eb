//! The CPU time of a request, beside that of the floor.

use std::time::Duration;

use serde_json::{Value, json};

use super::Outcome;
use super::chain::ChainDatabase;
use super::client::{Answer, Call, Connection, load};
use super::process::Server;

/// Four children each, full to depth 5.
const COMPANIES: usize = 1_365;

/// How often each measurement is repeated. Targets take turns, so that a busy moment of the machine hits all of them.
const ROUNDS: usize = 7;

/// Requests before the first measurement of each target.
const WARM_UP: usize = 500;

/// How many connections ask at once.
const CONNECTIONS: [usize; 2] = [1, 8];

/// Something that is asked of one of the servers.
struct Target<'s> {
    name: &'static str,
    server: &'s Server,
    call: Call,
    requests: usize,
    /// CPU time a request in microseconds, by round.
    took: Vec<f64>,
}

/// Two targets that are compared: a request to our server, and the least that could answer it.
struct Pair {
    ours: usize,
    floor: usize,
}

/// Measures all targets and prints the table.
pub(crate) async fn measure() -> Outcome<()> {
    let database = ChainDatabase::of(COMPANIES).await?;
    let ours = Server::ours(&database.url).await?;
    let floor = Server::floor(&database.url).await?;
    println!("CPU time of the server process a request, in µs: median (least – most) of {ROUNDS} rounds\n");
    for connections in CONNECTIONS {
        let (mut targets, pairs) = targets(&ours, &floor, &database.token);
        let expected = answers(&targets).await?;
        for pair in pairs.iter().take(2) {
            same_data(&expected[pair.ours], &expected[pair.floor])?;
        }
        for round in 0..=ROUNDS {
            for turn in 0..targets.len() {
                let number = (round + turn) % targets.len();
                targets[number].measure(round == 0, connections, &expected[number]).await?;
            }
        }
        print(&targets, &pairs, &expected, connections);
    }
    Ok(())
}

fn targets<'s>(ours: &'s Server, floor: &'s Server, token: &str) -> (Vec<Target<'s>>, [Pair; 3]) {
    let graphql = |query: &str| Call::graphql(token, &json!({ "query": query }).to_string());
    let fields = "name status childCount descendantCount";
    let with_ids = "resellerId name status childCount";
    let target = |name, server, call, requests| Target { name, server, call, requests, took: Vec::new() };
    let targets = vec![
        target("tree, 4 fields a node", ours, graphql(&nested(fields)), 5_000),
        target("floor: the same", floor, Call::get("/tree"), 5_000),
        target("tree, 4 fields with `resellerId`", ours, graphql(&nested(with_ids)), 5_000),
        target("floor: the same", floor, Call::get("/tree-with-ids"), 5_000),
        target("`/healthz`", ours, Call::get("/healthz"), 20_000),
        target("floor: the same", floor, Call::get("/healthz"), 20_000),
        target("a body that is no JSON", ours, Call::graphql(token, "?"), 20_000),
        target("`{ __typename }`", ours, graphql("{ __typename }"), 20_000),
    ];
    (targets, [Pair { ours: 0, floor: 1 }, Pair { ours: 2, floor: 3 }, Pair { ours: 4, floor: 5 }])
}

/// A query for the tree with these fields at each of its six levels.
fn nested(fields: &str) -> String {
    let node = (0..5).fold(fields.to_owned(), |below, _| format!("{fields} children {{ {below} }}"));
    format!("{{ downlineTree(depth: 5) {{ root {{ {node} }} }} }}")
}

async fn answers(targets: &[Target<'_>]) -> Outcome<Vec<Answer>> {
    let mut answers = Vec::with_capacity(targets.len());
    for target in targets {
        answers.push(Connection::open(target.server.address).await?.call(&target.call).await?);
    }
    Ok(answers)
}

/// Refuses to compare answers that differ in any value.
fn same_data(ours: &Answer, floor: &Answer) -> Outcome<()> {
    let read = |answer: &Answer| serde_json::from_slice::<Value>(&answer.body);
    if (ours.status, floor.status) == (200, 200) && read(ours)? == read(floor)? {
        return Ok(());
    }
    let start = |answer: &Answer| String::from_utf8_lossy(&answer.body).chars().take(400).collect::<String>();
    Err(format!("the answers differ:\n{}\n{}", start(ours), start(floor)).into())
}

impl Target<'_> {
    async fn measure(&mut self, warm_up: bool, connections: usize, expected: &Answer) -> Outcome<()> {
        let requests = if warm_up { WARM_UP } else { self.requests };
        let before = self.server.cpu()?;
        load(self.server.address, &self.call, requests, connections, expected).await?;
        let took = self.server.cpu()?.saturating_sub(before);
        if !warm_up {
            self.took.push(micros(took) / count(requests));
        }
        Ok(())
    }
}

fn print(targets: &[Target<'_>], pairs: &[Pair], expected: &[Answer], connections: usize) {
    println!("| {connections} connection(s) | bytes | CPU | ratio |\n|---|---:|---:|---:|");
    for (number, target) in targets.iter().enumerate() {
        let floor = pairs.iter().find(|pair| pair.ours == number).map(|pair| &targets[pair.floor]);
        let ratio = floor.map_or_else(String::new, |floor| {
            let ratios = target.took.iter().zip(&floor.took).map(|(ours, floor)| ours / floor);
            spread(ratios.collect(), 2)
        });
        println!(
            "| {} | {} | {} | {ratio} |",
            target.name,
            expected[number].body.len(),
            spread(target.took.clone(), 1)
        );
    }
    println!();
}

/// The median of some figures, with the least and the most.
pub(crate) fn spread(mut figures: Vec<f64>, decimals: usize) -> String {
    figures.sort_by(f64::total_cmp);
    match (figures.first(), figures.get(figures.len() / 2), figures.last()) {
        (Some(least), Some(median), Some(most)) => {
            format!("{median:.decimals$} ({least:.decimals$} – {most:.decimals$})")
        }
        _ => "none".to_owned(),
    }
}

/// A time in microseconds.
pub(crate) fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

fn count(requests: usize) -> f64 {
    u32::try_from(requests).unwrap_or(u32::MAX).into()
}
