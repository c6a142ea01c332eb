"""What the benchmark needs of the machine, and the programs that it measures."""

import json
import os
import pathlib
import shutil
import subprocess

from . import postgres

ROOT = pathlib.Path(__file__).resolve().parents[3]


def ensure():
    """Installs what is missing where there is apt-get."""
    if len(os.sched_getaffinity(0)) < 2:
        raise SystemExit("this needs two cores: one for the server, one for PostgreSQL and the load")
    packages = postgres.missing() + ([] if shutil.which("wrk") else ["wrk"])
    if not packages:
        return
    if not shutil.which("apt-get"):
        raise SystemExit(f"missing, and there is no apt-get to install it: {' '.join(packages)}")
    sudo = [] if os.getuid() == 0 else ["sudo", "-n"]
    folder = pathlib.Path("/etc/postgresql-common/createcluster.d")
    if "postgresql" in packages and not folder.parent.exists():
        # Debian's package makes and starts a cluster of its own; this starts a private one instead.
        subprocess.run([*sudo, "mkdir", "-p", folder], check=True)
        only = subprocess.Popen([*sudo, "tee", folder / "only-the-server.conf"], stdin=subprocess.PIPE, text=True)
        only.communicate("create_main_cluster = false\n")
    subprocess.run([*sudo, "apt-get", "-q", "update"], check=True)
    subprocess.run([*sudo, "apt-get", "-q", "install", "-y", "--no-install-recommends", *packages], check=True)


def build(debug):
    """Builds the program, and the parts of this benchmark; answers where both are."""
    profile = ["--profile", "dev"] if debug else []
    command = ["cargo", "bench", "--locked", "--no-run", "--bench", "load", *profile, "--message-format=json"]
    output = subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.PIPE, text=True).stdout
    built = {}
    for line in output.splitlines():
        message = json.loads(line)
        if message.get("reason") == "compiler-artifact" and message.get("executable"):
            built[message["target"]["name"]] = message["executable"]
    return built["reseller-network"], built["load"]


def about():
    """The machine and the versions, as lines of text."""

    def output(*command):
        return subprocess.run(command, capture_output=True, text=True, cwd=ROOT).stdout.strip()

    cpu = next(line for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line)
    wrk = subprocess.run(["wrk", "--version"], capture_output=True, text=True).stdout.split(" [")[0]
    return [
        f"{os.cpu_count()} cores, {cpu.split(':')[1].strip()}; load {os.getloadavg()[0]:.1f}",
        output(postgres.programs() / "postgres", "--version"),
        wrk,
        output("rustc", "--version"),
        f"commit {output('git', 'describe', '--always', '--dirty')}",
    ]
