"""`import` of the orders beside bare inserts of the same rows."""

import json
import statistics
import subprocess
import time

# Ways of writing rows, and how many of them a statement has.
WAYS = (("values", 1_000), ("values", 5_000), ("unnest", 1_000), ("unnest", 10_000), ("copy", 0))


def folders(files):
    """The generated files in two folders: everything but the orders, and the orders alone."""
    rest, orders = files.with_name("rest"), files.with_name("orders")
    for folder in (rest, orders):
        folder.mkdir()
    for name in ("resellers.csv", "products.csv", "prices.csv"):
        (rest / name).symlink_to(files / name)
    for name in ("orders.csv", "order_lines.csv"):
        (orders / name).symlink_to(files / name)
    # An import wants this file; here it has nothing new.
    with (files / "resellers.csv").open() as resellers:
        (orders / "resellers.csv").write_text(resellers.readline())
    return rest, orders


def run_import(program, url, folder):
    """Imports, and answers how long that took."""
    start = time.monotonic()
    subprocess.run([program, "import", folder, "--database-url", url], check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - start


def compare(postgres, programs, orders, rounds):
    """Writes the orders by all ways in turn, into copies of the database `rest`; `chain` has them already. Answers the seconds by way."""
    program, load = programs
    after = postgres.run("rest", "SELECT coalesce(max(position), 0) FROM events")
    took, rows = {way: [] for way in (("import", 0), *WAYS)}, 0
    for number in range(rounds):
        for place in range(len(took)):
            way, batch = list(took)[(number + place) % len(took)]
            postgres.copy("written", "rest")
            if way == "import":
                took[way, batch].append(run_import(program, postgres.url("written"), orders))
            else:
                command = [load, "inserts", "--from", postgres.url("chain"), "--into", postgres.url("written")]
                command += ["--after", after, "--way", way, "--batch", str(batch)]
                told = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
                took[way, batch].append(told["seconds"])
                rows = told["rows"]
                print(way, batch, json.dumps(told["tables"]), flush=True)
            check(postgres, took)
            postgres.drop("written")
    return took, rows


def check(postgres, took):
    """Refuses what did not write as much as the import."""
    counts = " UNION ALL ".join(
        f"SELECT '{table}', count(*) FROM {table}"
        for table in ("orders", "order_lines", "ledger_accounts", "ledger_entries", "events")
    )
    # Counts that are made side by side come in any order.
    counts += " ORDER BY 1"
    if postgres.run("written", counts) != postgres.run("chain", counts):
        raise SystemExit(f"not the same rows: {took}")


def table(took, rows):
    """What was measured, as a table; ratios are taken round by round."""
    ours = took["import", 0]
    lines = ["| way | rows a statement | seconds | rows/s | `import` by it |", "|---|---:|---:|---:|---:|"]
    for (way, batch), seconds in took.items():
        ratio = statistics.median(other / own for own, other in zip(ours, seconds))
        shown = f"{statistics.median(seconds):.1f} ({min(seconds):.1f} – {max(seconds):.1f})"
        rate = rows / statistics.median(seconds)
        lines.append(f"| {way} | {batch or ''} | {shown} | {rate:,.0f} | {ratio:.2f} |")
    return "\n".join(lines)

