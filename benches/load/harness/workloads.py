"""What is asked, of the server and of the floor, and whether both say the same."""

import base64
import dataclasses
import datetime
import http.client
import json
import random
import statistics
import uuid

CHILDREN = """query ($id: ID!, $from: Date!, $to: Date!) { reseller(id: $id) { children(first: 50) { nodes { id name
 summary(period: { range: { from: $from, to: $to } }) {
 orders { count revenue { amount currency } byStatus { status count } }
 finance { balances { amount currency } outstanding { amount currency } }
 catalog { itemCount } }
 availableCatalog(first: 5) { nodes { sku name cost { amount currency } price { amount currency } marginPercent } } } } } }"""

TREE = """query ($id: ID!) { downlineTree(rootId: $id, depth: 100) {
 nodes { name status resellerId parentId depth childCount descendantCount } } }"""

PERFORMANCE = """query ($id: ID!, $from: Date!, $to: Date!) { performance(rootId: $id, period: { range: { from: $from, to: $to } }) {
 orderCount totals { revenue { amount currency } orderCount averageOrder { amount currency } }
 series(groupBy: DAY) { start orderCount revenue { amount currency } }
 byLevel { level resellerCount orderCount revenue { amount currency } } } }"""

LEADERS = """query ($id: ID!, $from: Date!, $to: Date!) { performance(rootId: $id, period: { range: { from: $from, to: $to } }) {
 topResellers(by: REVENUE, first: 10) { rank reseller { id name } orderCount revenue { amount currency } } } }"""

DASHBOARD = """query ($from: Date!, $to: Date!) { dashboard(period: { range: { from: $from, to: $to } }) {
 catalog { itemCount averageMarginPercent }
 orders { count revenue { amount currency } byStatus { status count } series { start orderCount revenue { amount currency } } }
 finance { balances { amount currency } outstanding { amount currency } }
 downlineOrders { count countChange { previous absolute percent } revenue { amount currency } byStatus { status count } }
 network { childCount descendantCount activeCount frozenCount newCount } } }"""

FEED = """query ($type: String!, $after: String) { activity(first: 50, after: $after, filter: { types: [$type] }) {
 nodes { id type module occurredAt recordedAt distance subject { resellerId name } data } pageInfo { hasNextPage endCursor } } }"""

# What the page of a feed is of: events of orders that have not arrived.
FEED_TYPE = "ResellerOrders.chain_order.status_changed"

# So many pages are asked for in turn.
FEED_PAGES = 500

# What can be asked, by a short name.
NAMES = ("one", "many", "new", "tree", "performance", "performance-new", "performance-small", "dashboard", "leaders", "feed")

# Who answers: the server, and the floor in one way or in two. Before the colon is the program.
SERVER, FLOOR, ROLLED_UP, RAW = "server", "floor: the same", "floor: roll-up", "floor: raw rows"

# How many days a summary, a performance or a dashboard is of; and where no question is asked twice, at least and at most.
DAYS = 30
LEAST_DAYS, MOST_DAYS = 20, 40

# Of one company there are enough of them only where they are of any length up to this.
MOST_DAYS_OF_ONE = 120

# How many answers are compared, where there are many.
COMPARED = 200


def public_id(text):
    """A company's id as the API writes it."""
    bits, digits = uuid.UUID(text).int, "0123456789abcdefghjkmnpqrstvwxyz"
    return "reseller_" + "".join(digits[bits >> 5 * place & 31] for place in reversed(range(26)))


@dataclasses.dataclass
class Request:
    """One request, as it goes to one of the servers."""

    method: str
    path: str
    body: str = ""

    def line(self):
        return f"{self.method} {self.path} {self.body}".strip()

    def send(self, server, token):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        headers = {"Content-Type": "application/json", "Accept": "application/json", "Authorization": f"Bearer {token}"}
        connection.request(self.method, self.path, self.body or None, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()


@dataclasses.dataclass
class Workload:
    """The same questions to all sides, by the name of the side; the server's come first."""

    name: str
    requests: dict
    # More are not tried: where an answer takes long, a turn would end before the first one.
    most_connections: int = 1_000

    def same(self, servers, token):
        """Refuses to compare answers that differ in any value. Answers how long they are on average, by side."""
        lengths = {side: [] for side in self.requests}
        count = len(self.requests[SERVER])
        for number in range(0, count, max(1, count // COMPARED)):
            answers = {}
            for side, requests in self.requests.items():
                status, body = requests[number].send(answering(side, servers), token)
                if status != 200:
                    raise SystemExit(f"{self.name}: {side} answers {status}: {body[:400]}")
                answers[side] = json.loads(body)
                lengths[side].append(len(body))
                if place := difference(answers[SERVER], answers[side]):
                    raise SystemExit(f"{self.name}, request {number}: the answers of {SERVER} and {side} differ at {place}")
        return {side: statistics.mean(known) for side, known in lengths.items()}


def answering(side, servers):
    """The server that answers for a side."""
    return next(server for server in servers if server.name == side.split(":")[0])


def difference(one, other, place="$"):
    """Where two answers differ first; the order of an object's fields does not matter."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        pairs = ((one[key], other[key], f"{place}.{key}") for key in one)
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = ((*both, f"{place}[{number}]") for number, both in enumerate(zip(one, other)))
    else:
        return None if type(one) is type(other) and one == other else f"{place}: {str(one)[:400]} / {str(other)[:400]}"
    return next(filter(None, (difference(*pair) for pair in pairs)), None)


def workloads(summary, ids, positions):
    """The workloads over the generated chain; `ids` has the public id of each company by its name in the files, `positions` places in the log."""
    first, last = (datetime.date.fromisoformat(summary[name]) for name in ("firstDay", "lastDay"))
    root, tree = ids[summary["root"]], ids[summary["tree"]["root"]]
    wide = [ids[it] for it in summary["withFiftyChildren"]]
    few = [ids[it] for it in summary["withFewBelow"]]
    months = periods(first, last, DAYS)
    latest = months[-1]
    any_of_root = [(root, it) for days in range(1, MOST_DAYS_OF_ONE + 1) for it in periods(first, last, days)]
    # Mixed, always alike, so that all turns have long ones and short ones.
    random.Random(0).shuffle(any_of_root)
    any_period = [period for days in range(LEAST_DAYS, MOST_DAYS + 1) for period in periods(first, last, days)]

    def children(name, questions):
        return Workload(name, {SERVER: asked(CHILDREN, questions), FLOOR: read("children", questions)})

    def performance(name, raw, questions):
        sides = {ROLLED_UP: read("performance", questions), RAW: read(raw, questions)}
        return Workload(name, {SERVER: asked(PERFORMANCE, questions), **sides})

    def of_root(name, query, path, **other):
        questions = [(root, period) for period in months]
        return Workload(name, {SERVER: asked(query, questions), FLOOR: read(path, questions)}, **other)

    whole = {SERVER: [Request("POST", "/graphql", body(TREE, {"id": tree}))], FLOOR: [Request("GET", f"/tree/{tree}")]}
    return {
        "one": children("50 children of one reseller", [(wide[0], latest)]),
        "many": children(f"50 children, {len(wide)} resellers in turn", [(it, latest) for it in wide]),
        "new": children("50 children, no question twice", [(it, period) for period in any_period for it in wide]),
        "tree": Workload(f"tree of {summary['tree']['nodes']:,}", whole),
        "performance": performance(
            f"performance of {summary['resellers']:,}, periods in turn",
            "performance/whole",
            [(root, period) for period in months],
        ),
        "performance-new": Workload(
            f"performance of {summary['resellers']:,}, no question twice",
            {SERVER: asked(PERFORMANCE, any_of_root), ROLLED_UP: read("performance", any_of_root)},
        ),
        "performance-small": performance(
            f"performance of about 10, {len(few)} resellers and periods in turn",
            "performance/few",
            [(it, period) for period in months for it in few],
        ),
        "dashboard": of_root("dashboard of the root, periods in turn", DASHBOARD, "dashboard"),
        "leaders": of_root("top resellers of the root, periods in turn", LEADERS, "leaders", most_connections=1),
        "feed": Workload(
            f"feed of the root: 50 of a type, {len(positions)} pages in turn",
            {
                SERVER: [Request("POST", "/graphql", body(FEED, {"type": FEED_TYPE, "after": cursor(it)})) for it in positions],
                FLOOR: [Request("GET", f"/feed/{root}?type={FEED_TYPE}&before={it}") for it in positions],
            },
        ),
    }


def cursor(position):
    """A place in a feed as the API writes it."""
    return base64.urlsafe_b64encode(b"a" + position.to_bytes(8, "big")).decode().rstrip("=")


def periods(first, last, days):
    """All periods of so many days from `first` to `last`, as texts."""
    day = datetime.timedelta(days=1)
    starts = (first + number * day for number in range((last - first).days - days + 2))
    return [(str(start), str(start + (days - 1) * day)) for start in starts]


def asked(query, questions):
    """The questions about companies and periods as the server is asked them."""
    return [Request("POST", "/graphql", body(query, {"id": it, "from": begin, "to": end})) for it, (begin, end) in questions]


def read(path, questions):
    """The same as the floor is asked them."""
    return [Request("GET", f"/{path}/{it}?from={begin}&to={end}") for it, (begin, end) in questions]


def body(query, variables):
    return json.dumps({"query": query.replace("\n", ""), "variables": variables})
