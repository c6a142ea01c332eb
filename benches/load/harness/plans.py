"""The plans of all statements, written to files that are committed."""

import pathlib
import re
import subprocess
import time

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "plans"

# auto_explain logs the plan of each statement that a database runs.
SETTINGS = {
    "session_preload_libraries": "'auto_explain'",
    "auto_explain.log_min_duration": "0",
    "auto_explain.log_analyze": "on",
    "auto_explain.log_buffers": "on",
}

# Requests before the one whose statements are looked at, so that what is kept in memory is there, and plans are what they stay.
WARM_UP = 20


def write(postgres, load, start, token, days, workloads):
    """Writes the plans of the floor's statements, and of the server's for one request of each workload."""
    FOLDER.mkdir(exist_ok=True)
    children, tree = (workload.requests["floor"][0].path.split("/")[2].split("?")[0] for workload in workloads)
    command = [load, "floor", "plans", "--database-url", postgres.url("floor"), "--children", children, "--tree", tree]
    command += ["--from", days["from"], "--to", days["to"]]
    floor = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    (FOLDER / "floor.txt").write_text(floor)
    (FOLDER / "server.txt").write_text(of_server(postgres, start, token, workloads))


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
    request = workload.requests["server"][0]
    for _ in range(WARM_UP):
        request.send(server, token)
    time.sleep(1)
    so_far = len(postgres.log.read_text())
    request.send(server, token)
    time.sleep(0.2)
    # A message goes on in lines that begin with a tab.
    messages = re.split(r"^(?!\t)", postgres.log.read_text()[so_far:], flags=re.MULTILINE)
    found = {}
    for message in messages:
        if "plan:\n" in message:
            text = re.sub(r"^\t", "", message.split("plan:\n", 1)[1], flags=re.MULTILINE)
            found.setdefault(text.split("\n", 1)[0], text)
    plans = "\n".join(found.values()) or "No statement.\n"
    return f"-- {workload.name}, once more after {WARM_UP} times\n\n{plans}\n"
