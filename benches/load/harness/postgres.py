"""A private PostgreSQL, which never touches a cluster that is there already."""

import contextlib
import os
import pathlib
import pwd
import re
import shutil
import signal
import subprocess
import time

from .processes import family, free_port, on_core

# Its own defaults but for memory: everything fits, and an import does not wait for checkpoints.
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "shared_buffers": "2GB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "30min",
    "max_connections": "100",
    "lc_messages": "C",
}


def programs():
    """The folder of the newest server that is installed: on the PATH, or where Debian keeps them side by side."""
    on_path = [pathlib.Path(folder) for folder in os.environ.get("PATH", "").split(":") if folder]
    of_debian = pathlib.Path("/usr/lib/postgresql").glob("*/bin")
    found = [folder for folder in [*on_path, *of_debian] if (folder / "initdb").exists()]
    return max(found, key=version, default=None)


def client():
    """psql: beside the server, or on the PATH."""
    beside = programs() / "psql"
    return beside if beside.exists() else shutil.which("psql")


def version(folder):
    output = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    return int(re.search(r"\d+", output)[0])


def unprivileged_user():
    """Whom to run as when we are root, since PostgreSQL refuses to run as root; nobody special otherwise."""
    if os.getuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    raise SystemExit("there is nobody whom PostgreSQL could run as")


class Postgres:
    """A running server, in a directory of its own."""

    def __init__(self, directory):
        self.programs = programs()
        self.port = free_port()
        self.data = directory / "postgres"
        self.log = directory / "postgres.log"
        who = unprivileged_user()
        self.data.mkdir()
        if who:
            shutil.chown(self.data, who["user"], who["group"])
        init = [self.programs / "initdb", f"--pgdata={self.data}", "--username=postgres", "--auth=trust"]
        locale = ["--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-US"]
        subprocess.run([*init, *locale], check=True, stdout=subprocess.DEVNULL, cwd="/", **who)
        settings = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
        self.process = on_core(
            None,
            [self.programs / "postgres", "-D", self.data, "-p", self.port, *settings],
            stdout=subprocess.DEVNULL,
            stderr=self.log.open("w"),
            cwd="/",
            **who,
        )
        self.pid = self.process.pid
        self.wait_until_ready()

    def wait_until_ready(self):
        while "ready to accept connections" not in self.log.read_text():
            if self.process.poll() is not None:
                raise SystemExit(f"the private PostgreSQL did not start:\n{self.log.read_text()}")
            time.sleep(0.05)

    def url(self, database):
        return f"postgres://postgres@127.0.0.1:{self.port}/{database}"

    def run(self, database, *statements):
        """Runs the statements; answers what the last one says, a line a row, columns by `|`."""
        command = [client(), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", self.url(database)]
        command += [word for statement in statements for word in ("-c", statement)]
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()

    @contextlib.contextmanager
    def client_of(self, database):
        """A client that stays: it is written statements, and says what comes of them as `run` does."""
        command = [client(), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", self.url(database)]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            yield process
        finally:
            process.stdin.close()
            process.wait()

    def copy(self, database, of):
        """A new database that is a copy of another, with nothing left to be written to disk."""
        self.run("postgres", f"CREATE DATABASE {database} TEMPLATE {of}", "CHECKPOINT")

    def drop(self, database):
        self.run("postgres", f"DROP DATABASE {database} WITH (FORCE)")

    def stay_on(self, core):
        for member in family(self.pid):
            os.sched_setaffinity(member, {core})

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait()


def missing():
    """Debian's package of it, where it is not installed."""
    if not programs():
        return ["postgresql"]
    return [] if client() else ["postgresql-client"]


