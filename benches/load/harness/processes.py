"""Processes on the core that they belong to, and what they cost."""

import functools
import os
import pathlib
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

TICK = 1 / os.sysconf("SC_CLK_TCK")


def on_core(core, command, **options):
    """Starts `command` so that it and its children stay on `core`; on any core where that is None."""
    pin = None if core is None else functools.partial(os.sched_setaffinity, 0, {core})
    return subprocess.Popen([str(word) for word in command], preexec_fn=pin, **options)


def family(pid):
    """The process and all below it."""
    try:
        children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        children = []
    return [pid, *(member for child in children for member in family(int(child)))]


def cpu_seconds(pid):
    """What the process, its children and those of them that have ended have spent on a processor."""
    total = 0
    for member in family(pid):
        try:
            columns = pathlib.Path(f"/proc/{member}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        # utime, stime, and for children that ended cutime, cstime.
        total += sum(int(ticks) for ticks in columns[11:15])
    return total * TICK


def memory(pid):
    """The resident memory of the process now and at most, in bytes."""
    lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    status = dict(line.split(":", 1) for line in lines)
    return tuple(int(status[name].split()[0]) * 1024 for name in ("VmRSS", "VmHWM"))


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Server:
    """An HTTP server that is on its core, and stands still while it is not its turn."""

    def __init__(self, name, core, command, **environment):
        self.name = name
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = on_core(
            core,
            [*command, "--listen", f"127.0.0.1:{self.port}"],
            env={**os.environ, **environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.pid = self.process.pid
        self.wait_until_ready()

    def wait_until_ready(self, most=120):
        end = time.monotonic() + most
        while True:
            if self.process.poll() is not None:
                raise SystemExit(f"{self.name} ended at once: {self.process.returncode}")
            try:
                return urllib.request.urlopen(f"{self.url}/healthz", timeout=5).read()
            except (urllib.error.URLError, OSError):
                if time.monotonic() > end:
                    raise SystemExit(f"{self.name} does not answer") from None
                time.sleep(0.05)

    def stand_still(self):
        os.kill(self.pid, signal.SIGSTOP)

    def go_on(self):
        os.kill(self.pid, signal.SIGCONT)

    def stop(self):
        if self.process.poll() is None:
            self.go_on()
            self.process.kill()
            self.process.wait()


def wait_until_quiet(*pids, most=900):
    """Waits until the processes have done what they do after a start."""
    end = time.monotonic() + most
    quiet = 0
    while quiet < 3:
        if time.monotonic() > end:
            raise SystemExit("the servers do not come to rest")
        before = sum(cpu_seconds(pid) for pid in pids)
        time.sleep(1)
        quiet = quiet + 1 if sum(cpu_seconds(pid) for pid in pids) - before < 0.05 else 0
