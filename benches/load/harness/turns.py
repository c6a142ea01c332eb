"""Targets in turn: how many requests a second each answers, and what that costs."""

import collections
import dataclasses
import json
import pathlib
import statistics
import subprocess
import time

from .processes import cpu_seconds, memory, on_core

SCRIPT = pathlib.Path(__file__).resolve().parents[1] / "wrk.lua"

# What is answered for each request in a target's turn.
FIGURES = ("rate", "server_cpu", "postgres_cpu", "p50", "p99")


@dataclasses.dataclass
class Bench:
    """What all measurements share."""

    directory: pathlib.Path
    postgres: object
    servers: list
    token: str
    core: int
    seconds: int
    lengths: dict = dataclasses.field(default_factory=dict)
    asked: collections.Counter = dataclasses.field(default_factory=collections.Counter)

    def measure(self, target, seconds=None):
        """One turn of `target`, a workload, a server and a number of connections. All other servers stand still."""
        workload, server, connections = target
        for other in self.servers:
            other.stand_still() if other is not server else other.go_on()
        if seconds is None:
            self.wrk(workload, server, connections, 2)
        before = cpu_seconds(server.pid), cpu_seconds(self.postgres.pid)
        told = self.wrk(workload, server, connections, seconds or self.seconds)
        after = cpu_seconds(server.pid), cpu_seconds(self.postgres.pid)
        self.check(workload, server, told)
        return {
            "rate": told["requests"] / told["micros"] * 1e6,
            "server_cpu": (after[0] - before[0]) / told["requests"] * 1e6,
            "postgres_cpu": (after[1] - before[1]) / told["requests"] * 1e6,
            "p50": told["p50"],
            "p99": told["p99"],
        }

    def wrk(self, workload, server, connections, seconds):
        """Lets wrk ask, and goes on where it ended the last time."""
        key = workload.name, server.name
        file = self.directory / f"{hash(key)}.txt"
        if not file.exists():
            file.write_text("".join(f"{request.line()}\n" for request in workload.requests[server.name]))
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "-s", SCRIPT, server.url]
        command += ["--", file, self.asked[key], self.token]
        output, _ = on_core(self.core, command, stdout=subprocess.PIPE, text=True).communicate()
        told = json.loads(output.splitlines()[-1])
        self.asked[key] += told["requests"] + connections
        return told

    def check(self, workload, server, told):
        """Refuses a turn in which an answer was no good, or not as long as those that were compared."""
        length = self.lengths[workload.name][server.name]
        if told["errors"] or not 0.9 * length <= told["bytes"] / max(told["requests"], 1) <= 1.1 * length + 500:
            raise SystemExit(f"{workload.name} by {server.name}, {length:.0f} bytes each: {told}")

    def rounds(self, workloads, connections, count):
        """Measures all targets in `count` rounds; each begins with the next one. Answers the turns by target."""
        targets = [(one, server, number) for number in connections for one in workloads for server in self.servers]
        turns = collections.defaultdict(list)
        for number in range(count):
            for place in range(len(targets)):
                workload, server, lines = targets[(number + place) % len(targets)]
                turns[workload.name, server.name, lines].append(self.measure((workload, server, lines)))
            print(f"round {number + 1} of {count} done, {time.strftime('%H:%M:%S')}", flush=True)
        for server in self.servers:
            server.go_on()
        return turns


def memory_of_tree(bench, start, tree):
    """The resident memory of a server that has just started, and of the same after many trees: now and at most."""
    server = start()
    bench.servers.append(server)
    try:
        time.sleep(2)
        before = memory(server.pid)
        bench.measure((tree, server, 32), seconds=bench.seconds)
        return before, memory(server.pid)
    finally:
        bench.servers.remove(server)
        server.stop()


def spread(figures, decimals):
    """The median of some figures, with the least and the most."""
    middle, least, most = statistics.median(figures), min(figures), max(figures)
    return f"{middle:,.{decimals}f} ({least:,.{decimals}f} – {most:,.{decimals}f})"


def table(turns, workloads, connections):
    """What was measured, as a table; ratios are taken round by round."""
    lines = []
    for number in connections:
        lines += [
            f"| {number} connection{'s' * (number > 1)} | requests/s | server CPU, µs | PostgreSQL CPU, µs | p50, ms | p99, ms |",
            "|---|---:|---:|---:|---:|---:|",
        ]
        for workload in workloads:
            ours, floor = (turns[workload.name, name, number] for name in ("server", "floor"))
            for name, side in ((workload.name, ours), ("floor: the same", floor)):
                cells = [spread([turn[figure] for turn in side], 0) for figure in FIGURES[:3]]
                cells += [f"{statistics.median(turn[figure] for turn in side) / 1e3:.1f}" for figure in FIGURES[3:]]
                lines.append(f"| {name} | {' | '.join(cells)} |")
            ratios = [ratio(ours, floor, figure) for figure in FIGURES[:3]]
            lines.append(f"| **ratio** | {' | '.join(ratios)} | | |")
        lines.append("")
    return "\n".join(lines)


def ratio(ours, floor, figure):
    pairs = [(one[figure], other[figure]) for one, other in zip(ours, floor)]
    return spread([one / other for one, other in pairs], 2) if all(other for _, other in pairs) else ""
