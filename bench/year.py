"""A year of audit events, nine months of them archived, downloaded as one file: how long, with how much memory. Then an
evidence package of a month, and the whole of it verified.

EVENTS=1000000  so many events of the last 365 days (default a million)
RESULTS=file    where the table goes (default bench/results/year.md)

DAYBOOK_BIN names the release binary. `make bench-year` runs this.
"""

import datetime
import hashlib
import json
import os
import pathlib
import random
import re
import sys
import tempfile
import threading
import time
import types
import uuid

import environment

DAYS, BATCH, CONNECTIONS = 365, 1_000, 4
ONLINE_DAYS = 90


def main() -> None:
    events = int(os.environ.get("EVENTS") or 1_000_000) // (BATCH * CONNECTIONS) * (BATCH * CONNECTIONS)
    named = os.environ.get("RESULTS")
    with tempfile.TemporaryDirectory(prefix="daybook-year-") as directory:
        settings = types.SimpleNamespace(binary=os.environ["DAYBOOK_BIN"])
        daybook = Daybook(pathlib.Path(directory, "data"), settings)
        daybook.open()
        try:
            table = measure(daybook, events, directory)
        finally:
            daybook.close()
    print(table)
    pathlib.Path(named or environment.HERE / "results" / "year.md").write_text(table)


def measure(daybook, events: int, directory: str) -> str:
    made = daybook.run("key", "create", "--name", "auditor", "--scope", "ingest", "--scope", "read", "--scope", "admin",
                       "--data-dir", str(daybook.directory))
    client = Client(daybook.port, made.stdout.strip())
    begin = int(time.time() * 1e6) - DAYS * data.DAY
    load_s = load(client, events, begin)
    archived, archive_s = wait_archived(daybook, client)
    asked = {"from": rfc3339(begin), "to": rfc3339(begin + DAYS * data.DAY)}
    rows = [measured(name, daybook, lambda make=make: make(client, asked, events)) for name, make in
            (("export in the background: made, and its file taken", export), ("streamed download", download))]
    package = evidence(daybook, client, pathlib.Path(directory, "package.zip"))
    whole = verified(daybook, client, str(daybook.directory))
    machine = describe(directory)
    return "\n".join([
        f"# A year of {events:,} audit events, downloaded", "",
        f"{datetime.date.today()}. {machine['cpu']}, {machine['cores']} cores, {machine['kernel']}. daybook {daybook.version()}, release build; "
        f"the client shares the machine. Written by `make bench-year`.", "",
        f"Sent over HTTP in {load_s:,.0f} s, {events / load_s:,.0f} events/s. {archived:,} of them, in {ONLINE_DAYS} days and older, were archived "
        f"{archive_s:,.0f} s after the last one was sent. Each file has all {events:,}, and no other.", "",
        "| CSV of all | seconds | events/s | MB | resident before, MB | at most, MB | without mapped files, MB | progress reports |", "|---|--:|--:|--:|--:|--:|--:|--:|",
        *rows, "",
        "| evidence | events | seconds | events/s |", "|---|--:|--:|--:|", *package, whole, ""])


def measured(name: str, daybook, make) -> str:
    before, started = memory_bytes(daybook.server.pid), time.perf_counter()
    with MemoryPeak(daybook.server.pid) as memory:
        events, size, reports = make()
    seconds = time.perf_counter() - started
    return (f"| {name} | {seconds:.1f} | {events / seconds:,.0f} | {size / 1e6:,.0f} | {before['resident'] / 1e6:,.0f} | "
            f"{memory.peak['resident'] / 1e6:,.0f} | {memory.peak['anonymous'] / 1e6:,.0f} | {reports or '–'} |")


def evidence(daybook, client, file: pathlib.Path) -> list[str]:
    """A package of thirty days: made, and verified. Not of the last ones: Daybook's own first events, before all others in the
    ledger, are of today."""
    now = int(time.time() * 1e6)
    query = f"from={rfc3339(now - 60 * data.DAY)}&to={rfc3339(now - 30 * data.DAY)}"
    started = time.perf_counter()
    answer = client.begin(f"/api/v1/audit/evidence?{query}")
    with open(file, "wb") as out:
        while part := answer.read(1 << 20):
            out.write(part)
    seconds = time.perf_counter() - started
    checked, events = verification(daybook, client, str(file))
    return [row(f"package of 30 days, {file.stat().st_size / 1e6:,.0f} MB: made", events, seconds), row("the same verified", events, checked)]


def verified(daybook, client, place: str) -> str:
    seconds, events = verification(daybook, client, place)
    return row("`daybook verify` over everything: ledger, store, archive", events, seconds)


def verification(daybook, client, place: str) -> tuple[float, int]:
    """Seconds, and how many events passed."""
    key = client.get("/ledger/key").decode().strip()
    started = time.perf_counter()
    said = daybook.run("verify", place, "--key", key).stdout
    seconds = time.perf_counter() - started
    return seconds, int(re.search(r"([\d,]+) events", said)[1].replace(",", ""))


def row(name: str, events: int, seconds: float) -> str:
    return f"| {name} | {events:,} | {seconds:.1f} | {events / seconds:,.0f} |"


def load(client, events: int, begin: int) -> float:
    """Sends deeds spread evenly over the year, the oldest first; seconds."""
    started, failures = time.perf_counter(), []

    def send(first: int) -> None:
        own, dice = Client(client.connection.port, client.headers["authorization"].removeprefix("Bearer ")), random.Random(first)
        try:
            for at in range(first * BATCH, events, BATCH * CONNECTIONS):
                own.post(b"\n".join(deed(dice, number, begin + number * DAYS * data.DAY // events) for number in range(at, at + BATCH)))
        except Exception as error:  # a thread's failure must end the run
            failures.append(error)
    threads = [threading.Thread(target=send, args=(first,)) for first in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return time.perf_counter() - started


def deed(dice: random.Random, number: int, time_us: int) -> bytes:
    actor, target = dice.randrange(200), dice.randrange(5_000)
    return json.dumps({
        "stream": "audit", "id": str(uuid.UUID(int=dice.getrandbits(128))), "time": rfc3339(time_us), "actor_type": "member", "actor_id": f"m_{actor}",
        "actor_name": f"Member {actor}", "ip": f"192.0.2.{actor % 256}", "action": "model.modified", "operation": "modify", "resource_type": "model",
        "resource_id": f"r_{target}", "resource_name": f"Model {target}", "result": "success", "workspace_id": f"w_{target % 40}",
        "changes": [{"field": "limit", "old": number, "new": number + 1}]}).encode()


def wait_archived(daybook, client) -> tuple[int, float]:
    """Waits until every whole month before the online window is archived: how many events, and seconds."""
    started = time.perf_counter()
    edge = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=ONLINE_DAYS)
    last = edge.strftime("%Y-%m-01T00:00:00Z")
    # Runs come every hour, and at the start.
    daybook.close()
    daybook.open()
    client.connection.close()
    client.connection.port = daybook.port
    while True:
        items = json.loads(client.get("/api/v1/archive"))["items"]
        audit = [item for item in items if item["stream"] == "audit"]
        jobs = json.loads(client.get("/api/v1/jobs"))["items"]
        running = any(job["state"] in ("waiting", "running") for job in jobs)
        if audit and max(item["to"] for item in audit) >= last and not running:
            return sum(item["events"] for item in audit), time.perf_counter() - started
        if time.perf_counter() - started > 1800:
            raise RuntimeError(f"not archived after half an hour: {jobs}")
        time.sleep(1)


def export(client, asked: dict, events: int) -> tuple[int, int, int]:
    body = json.dumps({"stream": "audit", "format": "csv", "filters": asked | {"action": "model.modified"}})
    client.connection.request("POST", "/api/v1/exports", body, client.headers | {"content-type": "application/json"})
    made = json.loads(client.connection.getresponse().read())
    seen = set()
    while made["state"] in ("waiting", "running"):
        time.sleep(0.2)
        made = json.loads(client.get(f"/api/v1/exports/{made['id']}"))
        seen.add(made["progress"])
    if made["state"] != "done" or made["events"] != events:
        raise RuntimeError(f"the export is not whole: {made}")
    lines, size, digest = take(client.begin(f"/api/v1/exports/{made['id']}/file"))
    if (lines, size, digest) != (events + 1, made["bytes"], made["sha256"]):
        raise RuntimeError(f"the file is another one: {lines} lines, {size} bytes; {made}")
    return events, size, len(seen)


def download(client, asked: dict, events: int) -> tuple[int, int, int]:
    query = "&".join(f"{name}={value}" for name, value in (asked | {"action": "model.modified", "format": "csv"}).items())
    lines, size, _ = take(client.begin(f"/api/v1/logs/audit/download?{query}"))
    if lines != events + 1:
        raise RuntimeError(f"the download has {lines} lines")
    return events, size, 0


def take(answer) -> tuple[int, int, str]:
    """Lines, bytes and hash of a body; no value has a line break."""
    lines, size, digest = 0, 0, hashlib.sha256()
    while part := answer.read(1 << 20):
        lines, size = lines + part.count(b"\n"), size + len(part)
        digest.update(part)
    return lines, size, digest.hexdigest()


if environment.is_inside():
    import data
    from machine import MemoryPeak, describe
    from systems.daybook_system import Client, Daybook, rfc3339
    from worker import memory_bytes

if __name__ == "__main__":
    if not environment.is_inside():
        environment.enter(__file__)
    sys.exit(main())
