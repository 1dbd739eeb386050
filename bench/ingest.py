"""Durable ingest over HTTP into the loaded store: how fast, how soon acknowledged, how soon visible, and what it does to
those who ask meanwhile. The sender is a process of its own; it shares the machine with the server."""

import dataclasses
import pathlib
import random
import re
import threading
import time
import urllib.parse
import uuid

import numpy as np
import orjson
import pyarrow as pa

import data
from machine import MemoryPeak
from questions import Facts, all_questions
from stages import home, say
from systems.daybook_system import Client, rfc3339
from worker import SPAWN, Worker

BATCH_CONNECTIONS, SINGLE_CONNECTIONS = 4, 64
# Enough that a batch is sent when its time has come, though those before it are not answered yet.
STEADY_CONNECTIONS = 16
STEADY = "30 000 a second in batches of 1 000, queries meanwhile"
STEADY_PAYLOADS = "12 000 a second with 2 KB payloads, queries meanwhile"
# One person asking ten times a second.
PAUSE_S = 0.1
ASKED_MEANWHILE = ("newest page + total, 30 d", "heavy user, page + total, 30 d", "rare user, page + total, 90 d",
                   "errors, page + total, 90 d", "substring search, page + total, 90 d", "top 50 by cost, 7 d", "one event by id",
                   "summary, 90 d", "by user, 30 d", "by model, 30 d", "hourly cost by provider, 30 d")


@dataclasses.dataclass(frozen=True)
class Plan:
    """What is sent: events in batches over connections, with or without payloads."""

    name: str
    events: int
    batch: int
    connections: int
    payloads: bool = False
    queries: bool = False
    stream: str = "usage"
    # Events a second that are sent, whatever the answers take; none: the next batch follows the last answer.
    rate: int = 0


def plans(settings) -> list[Plan]:
    count = settings.ingest_events
    heavy = count // 3000 * 1000
    return [
        Plan("batches of 1 000", count, 1000, BATCH_CONNECTIONS),
        Plan("batches of 1 000, queries meanwhile", count, 1000, BATCH_CONNECTIONS, queries=True),
        Plan("batches of 1 000 with 2 KB payloads", heavy, 1000, BATCH_CONNECTIONS, payloads=True),
        Plan("batches of 1 000 with 2 KB payloads, queries meanwhile", heavy, 1000, BATCH_CONNECTIONS, payloads=True, queries=True),
        Plan(STEADY, count, 1000, STEADY_CONNECTIONS, queries=True, rate=30_000),
        Plan(STEADY_PAYLOADS, heavy, 1000, STEADY_CONNECTIONS, payloads=True, queries=True, rate=12_000),
        Plan("one by one, many at once", max(640, count // 12), 1, SINGLE_CONNECTIONS),
        Plan("one by one", max(100, count // 600), 1, 1),
        Plan("audit events with receipts, batches of 1 000", count // 4000 * 1000, 1000, BATCH_CONNECTIONS, stream="audit"),
    ]


def measure(settings, where: pathlib.Path, facts: Facts, missing: dict) -> dict:
    """Figures of every plan; memory and payload size at the end."""
    worker = Worker("daybook", home(where, "daybook"), settings)
    try:
        worker.open()
        port, key = worker.call("attribute", "port"), worker.call("attribute", "key")
        time.sleep(2)
        results = {"idle": worker.call("memory"), "trickle_visible_ms": visible_ms(port, key, 20), "plans": []}
        before = payload_files(where)
        raw_bytes = 0
        for number, plan in enumerate(plans(settings)):
            figures = run(plan, number, worker, (port, key), facts, missing)
            raw_bytes += figures.pop("payload_bytes")
            results["plans"].append(figures)
            say(f"ingest, {plan.name}: {figures['events_per_s']:,.0f} events/s")
        results["proof"] = proofs(port, key, settings.repetitions * 25)
        worker.call("finish")
        results["verify"] = worker.call("verify")
        results["after"] = worker.call("memory")
        written = payload_files(where) - before
        results["payloads"] = {"raw_bytes": raw_bytes, "disk_bytes": written}
        return results
    finally:
        worker.close()


def payload_files(where: pathlib.Path) -> int:
    return sum(file.stat().st_size for file in pathlib.Path(home(where, "daybook")).rglob("*.payloads"))


def run(plan: Plan, number: int, worker: Worker, server: tuple[int, str], facts: Facts, missing: dict) -> dict:
    near, far = SPAWN.Pipe()
    sender = SPAWN.Process(target=send, args=(far, plan, number, *server))
    sender.start()
    far.close()
    near.recv()  # prepared
    stop, asked, seen, failures = threading.Event(), [], [], []
    helpers = [threading.Thread(target=ask_until, args=(stop, worker, facts, missing, asked, failures)),
               threading.Thread(target=look_until, args=(stop, *server, seen, failures))] if plan.queries else []
    with MemoryPeak(worker.memory_pid) as peak:
        near.send("go")
        for helper in helpers:
            helper.start()
        try:
            sent = near.recv()
        finally:
            stop.set()
            for helper in helpers:
                helper.join()
    sender.join()
    if "failed" in sent:
        raise RuntimeError(f"{plan.name}: {sent['failed']}")
    for failure in failures:
        say(f"meanwhile: {failure}")
    return dataclasses.asdict(plan) | sent | {"query_ms": asked, "visible_ms": seen, "query_failures": failures, "peak": peak.peak}


def send(pipe, plan: Plan, number: int, port: int, key: str) -> None:
    """The sender's process: prepares all bodies, waits for the word, sends them and reports."""
    bodies, payload_bytes = prepare(plan, number)
    pipe.send("prepared")
    pipe.recv()
    acks_ms: list[float] = []
    failures: list[str] = []
    refused: list[int] = []
    shares = [range(at, len(bodies), plan.connections) for at in range(plan.connections)]

    def post(share: range) -> None:
        client = Client(port, key)
        for number in share:
            body, sent = bodies[number], time.perf_counter()
            if plan.rate:  # a batch that is sent late has waited since its time came
                sent = started + number * plan.batch / plan.rate
                time.sleep(max(0, sent - time.perf_counter()))
            try:
                accepted = client.post(body)
            except Exception as error:  # a thread's failure must reach the report
                failures.append(repr(error))
                return
            acks_ms.append((time.perf_counter() - sent) * 1000)
            if accepted != plan.batch:
                failures.append(f"accepted {accepted} of {plan.batch}")
        refused.append(client.refused)
    threads = [threading.Thread(target=post, args=(share,)) for share in shares]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - started
    ordered = sorted(acks_ms)
    pipe.send({"failed": failures[0]} if failures else {
        "events_per_s": plan.events / seconds, "payload_bytes": payload_bytes, "refused": sum(refused),
        "ack_ms": {"p50": ordered[len(ordered) // 2], "p99": ordered[int(len(ordered) * 0.99)], "max": ordered[-1]}})


def prepare(plan: Plan, number: int) -> tuple[list[bytes], int]:
    """Bodies of events of the last ten minutes, and the bytes of their payloads."""
    if plan.stream == "audit":
        return audit_bodies(plan), 0
    dice = np.random.default_rng([int(time.time()), number])
    begin = int(time.time() * 1e6) - 600 * data.SECOND
    bodies, payload_bytes = [], 0
    for first in range(0, plan.events, 100_000):
        count = min(100_000, plan.events - first)
        table = data.events(dice, np.sort(begin + dice.integers(0, 600 * data.SECOND, count)))
        extra = None
        if plan.payloads:
            extra, size = payloads(dice, count)
            payload_bytes += size
        lines = data.json_lines(table, extra)
        bodies += [data.lines_bytes(lines, at, at + plan.batch) for at in range(0, count, plan.batch)]
    return bodies, payload_bytes


def audit_bodies(plan: Plan) -> list[bytes]:
    """Bodies of deeds of the last ten minutes, as a platform's administrators do them."""
    dice, begin = random.Random(plan.events), int(time.time() * 1e6) - 600 * data.SECOND

    def line(number: int) -> bytes:
        actor, target = dice.randrange(200), dice.randrange(5_000)
        return orjson.dumps({
            "stream": "audit", "id": f"{uuid.uuid4()}", "time": rfc3339(begin + dice.randrange(600 * data.SECOND)), "actor_type": "member",
            "actor_id": f"m_{actor}", "actor_name": f"Member {actor}", "ip": f"192.0.2.{actor % 256}", "action": "model.modified", "operation": "modify",
            "resource_type": "model", "resource_id": f"r_{target}", "resource_name": f"Model {target}", "result": "success",
            "workspace_id": f"w_{target % 40}", "changes": [{"field": "limit", "old": number, "new": number + 1}]})
    return [b"\n".join(line(at + one) for one in range(plan.batch)) for at in range(0, plan.events, plan.batch)]


def proofs(port: int, key: str, count: int) -> dict:
    """How long after the last ack a checkpoint covers it, and milliseconds of the proofs of single events: while the last
    ones are still moved into their partitions, and afterwards."""
    client, started = Client(port, key), time.perf_counter()
    size, behind = ledger_of(client)["size"], None
    while behind is None:
        if ledger_of(client)["published_size"] >= size:
            behind = (time.perf_counter() - started) * 1000
        elif time.perf_counter() - started > 60:
            raise RuntimeError("no checkpoint covers the audit events after a minute")
    busy = prove(client, count)
    settle(client)
    return {"events": size, "covered_ms": behind, "proof_ms": prove(client, count), "proof_busy_ms": busy}


def settle(client: Client) -> None:
    """Waits until events are no longer moved, so far as that can be seen from outside: nothing changes for two seconds."""
    waiting, since, started = None, time.perf_counter(), time.perf_counter()
    while time.perf_counter() - since < 2 and time.perf_counter() - started < 60:
        now = re.search(rb"daybook_head_events (\d+)", client.get("/metrics"))[1]
        if now != waiting:
            waiting, since = now, time.perf_counter()
        time.sleep(0.2)


def prove(client: Client, count: int) -> list[float]:
    page = orjson.loads(client.get(f"/api/v1/logs/audit?action=model.modified&page_size={min(1000, count)}"))
    took = []
    for event in page["items"]:
        asked = time.perf_counter()
        answer = orjson.loads(client.get(f"/api/v1/audit/{event['id']}/proof"))
        took.append((time.perf_counter() - asked) * 1000)
        if not answer["proof"].startswith("c2sp.org/tlog-proof@v1") or answer["leaf_hash"] != event["leaf_hash"]:
            raise RuntimeError(f"the proof of {event['id']} is of something else")
    return took


def ledger_of(client: Client) -> dict:
    return orjson.loads(client.get("/api/v1/status"))["ledger"]


WORDS = [f"{first}{second}" for first in ("con", "re", "in", "de", "pro", "per", "com", "dis", "ex", "sub", "", "ob", "trans", "un")
         for second in ("tract", "port", "form", "spect", "tain", "ject", "duce", "vert", "sist", "pose", "mit", "fer", "cede", "scribe",
                        "the", "of", "and", "to", "is", "for")]


def payloads(dice: np.random.Generator, count: int) -> tuple[pa.Array, int]:
    """A request with one of 40 system prompts of 600 bytes and a question of its own, and a response: 2 KB together."""
    chance = dice.zipf(1.3, (count, 160)).clip(max=len(WORDS)) - 1
    system = [" ".join(dice.choice(WORDS, 85)) for _ in range(40)]
    texts, size = [], 0
    for at in range(count):
        words = [WORDS[index] for index in chance[at]]
        request = f'{{"messages":[{{"role":"system","content":"{system[at % 40]}"}},{{"role":"user","content":"{" ".join(words[:80])} {at}"}}]}}'
        response = f'{{"choices":[{{"message":{{"role":"assistant","content":"{" ".join(words[80:])}"}},"finish_reason":"stop"}}]}}'
        size += len(request) + len(response)
        texts.append(f',"request":{request},"response":{response}')
    return pa.array(texts), size


def ask_until(stop: threading.Event, worker: Worker, facts: Facts, missing: dict, took: list, failures: list) -> None:
    """Asks the questions of a person at work, one after the other, with a pause."""
    questions = [question for question in all_questions() if question.name in ASKED_MEANWHILE and "daybook" not in missing.get(question.name, {})]
    n = 0
    while not stop.is_set():
        question = questions[n % len(questions)]
        try:
            took.append((question.name, worker.call("time", question.ask(n // len(questions), facts)) * 1000))
        except RuntimeError as error:
            failures.append(f"{question.name}: {str(error).strip().splitlines()[-1]}")
        n += 1
        stop.wait(PAUSE_S)


def look_until(stop: threading.Event, port: int, key: str, seen: list, failures: list) -> None:
    while not stop.is_set():
        try:
            seen += visible_ms(port, key, 1)
        except (RuntimeError, OSError) as error:
            failures.append(f"whether an event is visible: {error}")
        stop.wait(0.5)


def visible_ms(port: int, key: str, count: int) -> list[float]:
    """Milliseconds from the answer to an event until a list has it."""
    client, took = Client(port, key), []
    for _ in range(count):
        name, now = f"seen-{uuid.uuid4()}", int(time.time() * 1e6)
        event = f'{{"stream":"usage","id":"{name}","time":"{rfc3339(now)}","user_id":"u_seen","platform_model":"{data.model_name(0)}","status_code":200}}'
        query = urllib.parse.urlencode({"id": name, "from": rfc3339(now - data.HOUR), "page_size": 1})
        client.post(event.encode())
        started = time.perf_counter()
        while b'"total":1,' not in client.get(f"/api/v1/logs/usage?{query}"):
            if time.perf_counter() - started > 60:
                raise RuntimeError("an acknowledged event was not visible after a minute")
            time.sleep(0.002)
        took.append((time.perf_counter() - started) * 1000)
    return took
