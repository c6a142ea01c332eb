"""Targets in turn: how many requests a second each answers, and what that costs."""

import collections
import dataclasses
import json
import pathlib
import statistics
import subprocess
import time

from .processes import cpu_seconds, memory, on_core
from .workloads import SERVER, answering

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

    def measure(self, target, server=None, seconds=None):
        """One turn of `target`: a workload, a side of it, and a number of connections. All servers but the one that answers stand still."""
        workload, side, connections = target
        server = server or answering(side, self.servers)
        # What was asked last before may still be worked on.
        self.rest()
        for other in self.servers:
            other.stand_still() if other is not server else other.go_on()
        if seconds is None:
            self.wrk(workload, side, server, connections, 2)
            self.rest()
        before = cpu_seconds(server.pid), cpu_seconds(self.postgres.pid)
        told = self.wrk(workload, side, server, connections, seconds or self.seconds)
        after = cpu_seconds(server.pid), cpu_seconds(self.postgres.pid)
        self.check(workload, side, told)
        return {
            "rate": told["requests"] / told["micros"] * 1e6,
            "server_cpu": (after[0] - before[0]) / told["requests"] * 1e6,
            "postgres_cpu": (after[1] - before[1]) / told["requests"] * 1e6,
            "p50": told["p50"],
            "p99": told["p99"],
        }

    def rest(self, most=60):
        """Waits until PostgreSQL has answered what nobody waits for any more; not for ever, as it has work of its own."""
        end = time.monotonic() + most
        while time.monotonic() < end:
            before = cpu_seconds(self.postgres.pid)
            time.sleep(0.1)
            if cpu_seconds(self.postgres.pid) - before < 0.02:
                return

    def wrk(self, workload, side, server, connections, seconds):
        """Lets wrk ask, and goes on where it ended the last time."""
        key = workload.name, side
        file = self.directory / f"{hash(key)}.txt"
        if not file.exists():
            file.write_text("".join(f"{request.line()}\n" for request in workload.requests[side]))
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "60s", "-s", SCRIPT, server.url]
        command += ["--", file, self.asked[key], self.token]
        output, _ = on_core(self.core, command, stdout=subprocess.PIPE, text=True).communicate()
        told = json.loads(output.splitlines()[-1])
        self.asked[key] += told["requests"] + connections
        return told

    def check(self, workload, side, told):
        """Refuses a turn in which an answer was no good, or not as long as those that were compared."""
        length = self.lengths[workload.name][side]
        if not told["requests"] or told["errors"] or not 0.9 * length <= told["bytes"] / max(told["requests"], 1) <= 1.1 * length + 500:
            raise SystemExit(f"{workload.name} by {side}, {length:.0f} bytes each: {told}")

    def rounds(self, workloads, connections, count):
        """Measures all targets in `count` rounds; each begins with the next one. Answers the turns by target."""
        targets = [
            (one, side, number)
            for number in connections
            for one in workloads
            if number <= one.most_connections
            for side in one.requests
        ]
        turns = collections.defaultdict(list)
        for number in range(count):
            for place in range(len(targets)):
                workload, side, lines = target = targets[(number + place) % len(targets)]
                turns[workload.name, side, lines].append(self.measure(target))
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
        bench.measure((tree, SERVER, 32), server, bench.seconds)
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
            if number > workload.most_connections:
                continue
            sides = {side: turns[workload.name, side, number] for side in workload.requests}
            ours = sides.pop(SERVER)
            lines.append(row(workload.name, ours))
            for side, floor in sides.items():
                ratios = [ratio(ours, floor, figure) for figure in FIGURES[:3]]
                lines += [row(side, floor), f"| **ratio** | {' | '.join(ratios)} | | |"]
        lines.append("")
    return "\n".join(lines)


def row(name, turns):
    cells = [spread([turn[figure] for turn in turns], 0) for figure in FIGURES[:3]]
    cells += [f"{statistics.median(turn[figure] for turn in turns) / 1e3:.1f}" for figure in FIGURES[3:]]
    return f"| {name} | {' | '.join(cells)} |"


def ratio(ours, floor, figure):
    pairs = [(one[figure], other[figure]) for one, other in zip(ours, floor)]
    return spread([one / other for one, other in pairs], 2) if all(other for _, other in pairs) else ""
