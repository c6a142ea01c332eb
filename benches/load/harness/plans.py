"""The plans of all statements, written to files that are committed."""

import pathlib
import re
import subprocess
import time

from .workloads import SERVER

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "plans"

# auto_explain logs the plan of each statement that a database runs.
SETTINGS = {
    "session_preload_libraries": "'auto_explain'",
    "auto_explain.log_min_duration": "0",
    "auto_explain.log_analyze": "on",
    "auto_explain.log_buffers": "on",
}

# The workloads whose statements are shown; the others have the same.
SHOWN = ("new", "tree", "performance", "dashboard", "leaders", "feed")

# Requests before the one whose statements are looked at, so that what is kept in memory is there, and plans are what they stay.
WARM_UP = 20


def write(postgres, load, start, token, known):
    """Writes the plans of the floor's statements, and of the server's for one request of each workload."""
    FOLDER.mkdir(exist_ok=True)
    path = {name: workload.requests[next(reversed(workload.requests))][0].path for name, workload in known.items()}
    company = {name: re.search(r"reseller_\w+", it)[0] for name, it in path.items()}
    begin, end = re.search(r"from=(.+)&to=(.+)", path["performance"]).groups()
    command = [load, "floor", "plans", "--database-url", postgres.url("floor"), "--from", begin, "--to", end]
    command += ["--children", company["new"], "--tree", company["tree"]]
    command += ["--root", company["performance"], "--few", company["performance-small"]]
    floor = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    (FOLDER / "floor.txt").write_text(floor)
    (FOLDER / "server.txt").write_text(of_server(postgres, start, token, [known[name] for name in SHOWN]))


def of_server(postgres, start, token, workloads):
    for name, value in SETTINGS.items():
        postgres.run("chain", f"ALTER DATABASE chain SET {name} = {value}")
    server = start()
    try:
        return "".join(statements_of(postgres, server, token, workload) for workload in workloads)
    finally:
        server.stop()
        for name in SETTINGS:
            postgres.run("chain", f"ALTER DATABASE chain RESET {name}")


def statements_of(postgres, server, token, workload):
    requests = workload.requests[SERVER]
    for number in range(WARM_UP):
        requests[number % len(requests)].send(server, token)
    time.sleep(1)
    so_far = len(postgres.log.read_text())
    requests[WARM_UP % len(requests)].send(server, token)
    time.sleep(0.2)
    # A message goes on in lines that begin with a tab.
    messages = re.split(r"^(?!\t)", postgres.log.read_text()[so_far:], flags=re.MULTILINE)
    found = {}
    for message in messages:
        if "plan:\n" in message:
            text = re.sub(r"^\t", "", message.split("plan:\n", 1)[1], flags=re.MULTILINE)
            found.setdefault(text.split("\n", 1)[0], text)
    plans = "\n".join(map(short, found.values())) or "No statement.\n"
    return f"-- {workload.name}, after {WARM_UP} others\n\n{plans}\n"


def short(plan):
    """The same with `{…}` for lists of many ids."""
    return re.sub(r"'\{[0-9a-f-]{36}(,[0-9a-f-]{36}){3,}\}'", "'{…}'", plan)
