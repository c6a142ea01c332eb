"""How fast the consumers of the log bring orders into figures and the feed, beside bare inserts of the rows that they leave."""

import collections
import contextlib
import json
import shutil
import sqlite3
import statistics
import subprocess
import time

from .imports import folders, run_import
from .processes import Server, on_core

# What the server is measured against: ways of writing rows, and how many of them a statement has.
WAYS = (("unnest", 1_000), ("unnest", 10_000), ("copy", 0))

# The tables that are compared afterwards.
TABLES = ("order_facts", "daily_figures", "daily_statuses", "network_activity_feed")

# The events that each consumer has rows of; up to the last one of them it goes.
OF_ORDERS = "type IN ('ResellerOrders.chain_order.status_changed', 'ResellerOrders.chain_order.delivered')"
CONSUMERS = {"figures": OF_ORDERS, "feed": "subject_tenant_id IS NOT NULL"}

# Between two looks at where they are.
PAUSE = 0.25


class OnPostgres:
    """A database of the private PostgreSQL."""

    def __init__(self, postgres, name):
        self.postgres, self.name, self.url = postgres, name, postgres.url(name)

    def ask(self, statement):
        return [tuple(row.split("|")) for row in self.postgres.run(self.name, statement).splitlines()]

    @contextlib.contextmanager
    def asking(self, statement):
        """To ask the same again and again, on one connection: to start a client for each time would keep PostgreSQL's core busy."""
        with self.postgres.client_of(self.name) as client:

            def ask():
                client.stdin.write(f"{statement};\n\\echo .\n")
                client.stdin.flush()
                return [tuple(row.strip().split("|")) for row in iter(client.stdout.readline, ".\n")]

            yield ask


class OnSqlite:
    """A database file."""

    def __init__(self, file):
        self.file, self.url = file, f"sqlite://{file}"

    def ask(self, statement):
        with contextlib.closing(sqlite3.connect(self.file, timeout=30)) as connection:
            return [tuple(map(str, row)) for row in connection.execute(statement)]

    @contextlib.contextmanager
    def asking(self, statement):
        yield lambda: self.ask(statement)


def ends(database):
    """Up to where each consumer goes in the database's log."""
    last = "SELECT coalesce(max(position), 0) FROM events WHERE"
    return {name: int(database.ask(f"{last} {which}")[0][0]) for name, which in CONSUMERS.items()}


def wait_for_consumers(database, server, to_reach, most=7200):
    """Waits until each has come as far as `to_reach` says."""
    end = time.monotonic() + most
    with database.asking("SELECT name, position FROM consumers") as ask:
        while True:
            at = {name: int(position) for name, position in ask()}
            if all(at.get(name, 0) >= last for name, last in to_reach.items()):
                return
            if server.process.poll() is not None or time.monotonic() > end:
                raise SystemExit(f"the consumers came as far as {at}, not to {to_reach}")
            time.sleep(PAUSE)


def wait_for_all(postgres, name, server):
    """Waits until a server of a database on PostgreSQL has consumed its whole log."""
    database = OnPostgres(postgres, name)
    wait_for_consumers(database, server, ends(database))


class Consumption:
    """A log with orders that the consumers have still to come to, in both databases."""

    def __init__(self, postgres, directory, programs, files, **serving):
        """Imports the files: the orders after everything else was consumed, so that nothing else is left to be."""
        self.postgres, self.directory, self.serving = postgres, directory, serving
        self.program, self.load = programs
        postgres.run("postgres", "CREATE DATABASE log")
        self.log, self.file = OnPostgres(postgres, "log"), OnSqlite(directory / "log.db")
        rest, orders = folders(files)
        for database in (self.log, self.file):
            migrate = [self.program, "migrate", "up", "--database-url", database.url]
            subprocess.run(migrate, check=True, stdout=subprocess.DEVNULL)
            run_import(self.program, database.url, rest)
            self.consume(database)
            if database is self.log:
                [(self.after,)] = database.ask("SELECT max(position) FROM events")
            run_import(self.program, database.url, orders)
        postgres.run("log", "VACUUM (ANALYZE)", "CHECKPOINT")
        # Everything is in the one file that is copied.
        self.file.ask("PRAGMA wal_checkpoint(TRUNCATE)")
        self.events = int(self.log.ask(f"SELECT count(*) FROM events WHERE {OF_ORDERS}")[0][0])

    def compare(self, rounds):
        """Measures all ways in `rounds` rounds, each beginning with the next one. Answers the seconds by way, and the rows by table."""
        # What the consumers leave: written by a run that is not counted.
        self.postgres.copy("consumed", "log")
        self.consume(OnPostgres(self.postgres, "consumed"))
        self.postgres.run("consumed", "VACUUM (ANALYZE)", "CHECKPOINT")
        rows = counts(OnPostgres(self.postgres, "consumed"))
        ways = {"server": self.by_server, **{f"{way} {batch or ''}".strip(): self.by(way, batch) for way, batch in WAYS}}
        ways["server, SQLite"] = self.by_server_on_sqlite
        took = collections.defaultdict(list)
        for number in range(rounds):
            for place in range(len(ways)):
                name = list(ways)[(number + place) % len(ways)]
                took[name].append(ways[name](rows))
                print(f"{name}: {took[name][-1]:.1f} s", flush=True)
        for database in ("consumed", "log"):
            self.postgres.drop(database)
        return {name: took[name] for name in ways}, rows

    def by_server(self, rows):
        self.postgres.copy("written", "log")
        seconds = self.consume(OnPostgres(self.postgres, "written"))
        self.check("written", rows)
        return seconds

    def by(self, way, batch):
        def insert(rows):
            self.postgres.copy("written", "log")
            command = [self.load, "inserts", "--of", "consumers", "--from", self.postgres.url("consumed")]
            command += ["--into", self.postgres.url("written"), "--after", self.after]
            command += ["--way", way, "--batch", batch]
            output, _ = on_core(self.serving["core"], command, stdout=subprocess.PIPE, text=True).communicate()
            seconds = json.loads(output)["seconds"]
            self.check("written", rows)
            return seconds

        return insert

    def by_server_on_sqlite(self, rows):
        database = OnSqlite(self.directory / "written.db")
        shutil.copyfile(self.file.file, database.file)
        seconds = self.consume(database)
        refuse_other(counts(database), rows)
        for left in self.directory.glob("written.db*"):
            left.unlink()
        return seconds

    def consume(self, database):
        """Starts the server, and answers how long it took from then until all is consumed."""
        command, to_reach = [self.program, "serve", "--database-url", database.url], ends(database)
        start = time.monotonic()
        server = Server("server", self.serving["core"], command, JWT_SECRET=self.serving["secret"])
        print(f"the server answered after {time.monotonic() - start:.1f} s", flush=True)
        try:
            wait_for_consumers(database, server, to_reach)
            return time.monotonic() - start
        finally:
            server.stop()

    def check(self, name, rows):
        """Refuses a database that has other rows; otherwise it goes."""
        refuse_other(counts(OnPostgres(self.postgres, name)), rows)
        self.postgres.drop(name)


def refuse_other(rows, expected):
    if rows != expected:
        raise SystemExit(f"not the same rows: {rows}, not {expected}")


def counts(database):
    return {table: int(database.ask(f"SELECT count(*) FROM {table}")[0][0]) for table in TABLES}


def table(took, events):
    """What was measured, as a table; ratios are taken round by round."""
    ours = took["server"]
    lines = ["| way | seconds | order events/s | the server by it |", "|---|---:|---:|---:|"]
    for way, seconds in took.items():
        ratio = statistics.median(other / own for own, other in zip(ours, seconds))
        shown = f"{statistics.median(seconds):.1f} ({min(seconds):.1f} – {max(seconds):.1f})"
        lines.append(f"| {way} | {shown} | {events / statistics.median(seconds):,.0f} | {ratio:.2f} |")
    return "\n".join(lines)
