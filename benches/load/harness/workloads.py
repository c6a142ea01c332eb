"""What is asked, of the server and of the floor, and whether both say the same."""

import dataclasses
import datetime
import http.client
import json
import uuid

CHILDREN = """query ($id: ID!) { reseller(id: $id) { children(first: 50) { nodes { id name
 summary(period: { range: { from: "FROM", to: "TO" } }) {
 orders { count revenue { amount currency } byStatus { status count } }
 finance { balances { amount currency } outstanding { amount currency } }
 catalog { itemCount } }
 availableCatalog(first: 5) { nodes { sku name cost { amount currency } price { amount currency } marginPercent } } } } } }"""

TREE = """query ($id: ID!) { downlineTree(rootId: $id, depth: 100) {
 nodes { name status resellerId parentId depth childCount descendantCount } } }"""

# What can be asked, by a short name.
NAMES = ("one", "many", "tree")

# How many days a summary is of.
DAYS = 30


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
        lengths = {server.name: 0 for server in servers}
        for number in range(len(self.requests[servers[0].name])):
            answers = []
            for server in servers:
                status, body = self.requests[server.name][number].send(server, token)
                if status != 200:
                    raise SystemExit(f"{self.name}: {server.name} answers {status}: {body[:400]}")
                answers.append(json.loads(body))
                lengths[server.name] += len(body) / len(self.requests[server.name])
            if place := difference(*answers):
                raise SystemExit(f"{self.name}, request {number}: the answers differ at {place}")
        return lengths


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
    last = datetime.date.fromisoformat(summary["lastDay"])
    days = {"from": str(last - datetime.timedelta(days=DAYS - 1)), "to": str(last)}
    query = CHILDREN.replace("\n", "").replace("FROM", days["from"]).replace("TO", days["to"])

    def children(companies):
        graphql = [Request("POST", "/graphql", body(query, ids[company])) for company in companies]
        floor = [Request("GET", f"/children/{ids[it]}?from={days['from']}&to={days['to']}") for it in companies]
        return {"server": graphql, "floor": floor}

    tree = ids[summary["tree"]["root"]]
    wide = summary["withFiftyChildren"]
    whole = {
        "server": [Request("POST", "/graphql", body(TREE.replace("\n", ""), tree))],
        "floor": [Request("GET", f"/tree/{tree}")],
    }
    return days, {
        "one": Workload("50 children of one reseller", children(wide[:1])),
        "many": Workload(f"50 children, {len(wide)} resellers in turn", children(wide)),
        "tree": Workload(f"tree of {summary['tree']['nodes']:,}", whole),
    }


def body(query, company):
    return json.dumps({"query": query, "variables": {"id": company}})
