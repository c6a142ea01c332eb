"""What is asked, of the server and of the floor, and whether both say the same."""

import dataclasses
import datetime
import http.client
import json
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

# What can be asked, by a short name.
NAMES = ("one", "many", "new", "tree")

# How many days a summary is of; and where no question is asked twice, at least and at most.
DAYS = 30
LEAST_DAYS, MOST_DAYS = 20, 40

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
    """The same questions to both, by the name of the server."""

    name: str
    requests: dict

    def same(self, servers, token):
        """Refuses to compare answers that differ in any value. Answers how long they are on average, by server."""
        lengths = {server.name: [] for server in servers}
        count = len(self.requests[servers[0].name])
        for number in range(0, count, max(1, count // COMPARED)):
            answers = []
            for server in servers:
                status, body = self.requests[server.name][number].send(server, token)
                if status != 200:
                    raise SystemExit(f"{self.name}: {server.name} answers {status}: {body[:400]}")
                answers.append(json.loads(body))
                lengths[server.name].append(len(body))
            if place := difference(*answers):
                raise SystemExit(f"{self.name}, request {number}: the answers differ at {place}")
        return {name: statistics.mean(known) for name, known in lengths.items()}


def difference(one, other, place="$"):
    """Where two answers differ first; the order of an object's fields does not matter."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        pairs = ((one[key], other[key], f"{place}.{key}") for key in one)
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = ((*both, f"{place}[{number}]") for number, both in enumerate(zip(one, other)))
    else:
        return None if type(one) is type(other) and one == other else f"{place}: {str(one)[:400]} / {str(other)[:400]}"
    return next(filter(None, (difference(*pair) for pair in pairs)), None)


def workloads(summary, ids):
    """The workloads over the generated chain; `ids` has the public id of each company by its name in the files."""
    first, last = (datetime.date.fromisoformat(summary[name]) for name in ("firstDay", "lastDay"))
    day = datetime.timedelta(days=1)
    query = CHILDREN.replace("\n", "")

    def children(questions):
        graphql = [Request("POST", "/graphql", body(query, {"id": ids[it], "from": f, "to": t})) for it, f, t in questions]
        floor = [Request("GET", f"/children/{ids[it]}?from={f}&to={t}") for it, f, t in questions]
        return {"server": graphql, "floor": floor}

    wide = summary["withFiftyChildren"]
    latest = str(last - (DAYS - 1) * day), str(last)
    any_period = [
        (str(start), str(start + (days - 1) * day))
        for days in range(LEAST_DAYS, MOST_DAYS + 1)
        for start in (first + number * day for number in range((last - first).days - days + 2))
    ]
    tree = ids[summary["tree"]["root"]]
    wide = summary["withFiftyChildren"]
    whole = {
        "server": [Request("POST", "/graphql", body(TREE.replace("\n", ""), {"id": tree}))],
        "floor": [Request("GET", f"/tree/{tree}")],
    }
    return {
        "one": Workload("50 children of one reseller", children([(wide[0], *latest)])),
        "many": Workload(f"50 children, {len(wide)} resellers in turn", children([(it, *latest) for it in wide])),
        "new": Workload(
            "50 children, no question twice", children([(it, *period) for period in any_period for it in wide])
        ),
        "tree": Workload(f"tree of {summary['tree']['nodes']:,}", whole),
    }


def body(query, variables):
    return json.dumps({"query": query, "variables": variables})
