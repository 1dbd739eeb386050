"""Measures a release binary on this machine: durable ingest over HTTP, then the log center's questions.

Writes a Markdown table to bench/results/. EVENTS sets the number of usage events (default 1 000 000).
Needs nothing but Python; the binary is named by DAYBOOK_BIN.
"""

import http.client
import json
import os
import pathlib
import platform
import random
import shutil
import socket
import statistics
import subprocess
import tempfile
import threading
import time

EVENTS = int(os.environ.get("EVENTS", "1000000"))
BATCH = 1000
SENDERS = 4
DAY_S = 86_400
EMAIL, PASSWORD = "bench@example.com", "measure, don't believe"
RESULTS = pathlib.Path(__file__).parent / "results"


def batches(seed: int, count: int, now: float):
    """Batches of usage events of about 28 fields, 30 days, skewed users, keys and models."""
    dice = random.Random(seed)
    for number in range(count):
        lines = []
        for at in range(BATCH):
            user = int(dice.paretovariate(1.1)) % 5000
            model = int(dice.paretovariate(1.3)) % 60
            failed = dice.random() < 0.03
            input_tokens, output_tokens = dice.randrange(20, 8000), dice.randrange(1, 1500)
            # Live order: each batch is a little later than the one before.
            age_s = 30 * DAY_S * (1 - (number + at / BATCH) / count)
            lines.append(json.dumps({
                "stream": "usage", "id": f"{seed}-{number}-{at}", "request_id": f"req_{dice.getrandbits(64):016x}",
                "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now - age_s)) + f".{at:03d}Z",
                "workspace_id": f"ws_{user % 20}", "workspace_name": f"Workspace {user % 20}",
                "user_id": f"u_{user}", "user_name": f"user{user}@example.com",
                "api_key_id": f"k_{user % 800}", "api_key_name": f"key-{user % 800}", "source": "virtual_key",
                "endpoint": "/v1/chat/completions", "protocol": "openai_chat", "platform_model": f"model-{model}",
                "upstream_model": f"model-{model}-2026", "upstream_name": f"upstream-{model % 9}",
                "provider": f"provider-{model % 6}", "channel_id": str(model % 30), "billing_mode": "per_token",
                "group": "default", "status_code": 500 if failed else 200, "is_stream": at % 2 == 0,
                "input_tokens": input_tokens, "output_tokens": output_tokens,
                "cache_read_tokens": input_tokens // 3, "reasoning_tokens": output_tokens // 4,
                "cost": round(input_tokens * 2.5e-6 + output_tokens * 1e-5, 9), "quota": input_tokens,
                "latency_ms": dice.randrange(100, 20_000), "ttft_ms": dice.randrange(50, 900), "ip": "203.0.113.8",
                "error": "upstream returned 500" if failed else "",
            }))
        yield "\n".join(lines).encode()


class Client:
    """One connection with a key."""

    def __init__(self, port: int, key: str):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self.headers = {"authorization": f"Bearer {key}"}

    def post(self, body: bytes) -> dict:
        headers = self.headers | {"content-type": "application/x-ndjson"}
        while True:
            self.connection.request("POST", "/api/v1/events", body, headers)
            answer = self.connection.getresponse()
            text = answer.read()
            if answer.status != 503:
                assert answer.status == 200, text
                return json.loads(text)
            time.sleep(float(answer.headers.get("retry-after", "1")))

    def get(self, path: str) -> dict:
        self.connection.request("GET", path, headers=self.headers)
        answer = self.connection.getresponse()
        text = answer.read()
        assert answer.status == 200, (path, text)
        return json.loads(text)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(binary: str, data_dir: str, port: int) -> subprocess.Popen:
    env = os.environ | {"DAYBOOK_ADMIN_EMAIL": EMAIL, "DAYBOOK_ADMIN_PASSWORD": PASSWORD}
    command = [binary, "serve", "--listen", f"127.0.0.1:{port}", "--data-dir", data_dir]
    server = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(200):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return server
        except OSError:
            pass
        time.sleep(0.1)
    raise SystemExit("daybook did not become ready")


def ingest(port: int, key: str, now: float) -> tuple[float, list[float]]:
    """Sends all events from several connections; returns seconds and the time of each answer."""
    prepared = [list(batches(sender, EVENTS // BATCH // SENDERS, now)) for sender in range(SENDERS)]
    acks_ms: list[float] = []

    def send(bodies: list[bytes]) -> None:
        client = Client(port, key)
        for body in bodies:
            started = time.perf_counter()
            answer = client.post(body)
            acks_ms.append((time.perf_counter() - started) * 1000)
            assert answer["accepted"] == BATCH, answer
    threads = [threading.Thread(target=send, args=(bodies,)) for bodies in prepared]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - started, acks_ms


QUESTIONS = {
    "newest page + total, 30 days": lambda n: f"/api/v1/logs/usage?from=-30d&page_size={40 + n}",
    "heavy user, page + total": lambda n: f"/api/v1/logs/usage?user_id=u_{1 + n % 3}&page_size={40 + n}",
    "rare user, page + total": lambda n: f"/api/v1/logs/usage?user_id=u_{4000 + n}",
    "errors, page + total": lambda n: f"/api/v1/logs/usage?outcome=error&page_size={40 + n}",
    "substring search, page + total": lambda n: f"/api/v1/logs/usage?q=r{100 + n}",
    "top by cost, 7 days": lambda n: f"/api/v1/logs/usage?from=-7d&sort=-cost&page_size={40 + n}",
    "deep page (1 000th)": lambda n: f"/api/v1/logs/usage?page={1000 + n}&page_size=100",
    "value menu of models": lambda n: f"/api/v1/logs/usage/values/platform_model?limit={20 + n}",
    "histogram by outcome, 30 days": lambda n: f"/api/v1/logs/usage/histogram?from=-30d&buckets={60 + n}",
}


def ask(port: int, key: str) -> list[tuple[str, float, float]]:
    """Each question eleven times with other parameters; median and worst in milliseconds."""
    client = Client(port, key)
    rows = []
    for name, path in QUESTIONS.items():
        took = []
        for repeat in range(12):
            started = time.perf_counter()
            client.get(path(repeat))
            took.append((time.perf_counter() - started) * 1000)
        rows.append((name, statistics.median(took[1:]), max(took[1:])))
    return rows


def resident_mb(pid: int) -> float:
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("RssAnon")) / 1024


def quantile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def settle(pid: int) -> None:
    """Waits until background work is done: until two seconds cost no processor time."""
    def ticks() -> int:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        return int(fields[11]) + int(fields[12])
    before = -1
    for _ in range(120):
        now = ticks()
        if before >= 0 and now - before <= 5:
            return
        before = now
        time.sleep(2)


def main() -> None:
    binary = os.environ["DAYBOOK_BIN"]
    data_dir, port = tempfile.mkdtemp(prefix="daybook-bench-"), free_port()
    server = start(binary, data_dir, port)
    try:
        key = subprocess.run(
            [binary, "key", "create", "--name", "bench", "--scope", "ingest", "--scope", "read", "--data-dir", data_dir],
            check=True, capture_output=True, text=True).stdout.strip()
        idle_mb = resident_mb(server.pid)
        seconds, acks_ms = ingest(port, key, time.time())
        loaded_mb = resident_mb(server.pid)
        under_load = ask(port, key)
        settle(server.pid)
        quiet = ask(port, key)
        size = sum(file.stat().st_size for file in pathlib.Path(data_dir, "events").rglob("*") if file.is_file())
        report(seconds, acks_ms, idle_mb, loaded_mb, size, under_load, quiet)
    finally:
        server.terminate()
        server.wait(60)
        shutil.rmtree(data_dir)


def report(seconds, acks_ms, idle_mb, loaded_mb, size, under_load, quiet) -> None:
    lines = [
        f"# {EVENTS:,} usage events", "",
        f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores, {platform.system()} {platform.release()}; "
        f"client and server share the machine. Over HTTP, one query at a time.", "",
        "| | |", "|---|---|",
        f"| durable ingest, batches of {BATCH} on {SENDERS} connections | {EVENTS / seconds:,.0f} events/s |",
        f"| answer to a batch, p50 / p99 | {quantile(acks_ms, .5):.1f} / {quantile(acks_ms, .99):.1f} ms |",
        f"| resident memory idle / after ingest (without page cache) | {idle_mb:.0f} / {loaded_mb:.0f} MB |",
        f"| bytes on disk per event, log included | {size / EVENTS:.0f} |", "",
        "| question | right after ingest, median / worst ms | quiet, median / worst ms |", "|---|---|---|",
    ]
    for (name, busy, busy_worst), (_, calm, calm_worst) in zip(under_load, quiet):
        lines.append(f"| {name} | {busy:.1f} / {busy_worst:.1f} | {calm:.1f} / {calm_worst:.1f} |")
    text = "\n".join(lines) + "\n"
    print(text)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{EVENTS}-events.md").write_text(text)


if __name__ == "__main__":
    main()
