"""Daybook: the release binary as a server of its own, asked over HTTP with one connection kept alive."""

import calendar
import decimal
import http.client
import json
import os
import pathlib
import queue
import re
import signal
import socket
import subprocess
import threading
import time
import urllib.parse

import orjson

import data
from systems.base import Missing, System
from systems.csv_digest import digest

EMAIL, PASSWORD = "bench@example.com", "measure, don't believe"
LOAD_BATCH, LOAD_CONNECTIONS = 5_000, 4
EXACT = decimal.Context(prec=60)


class Client:
    """One connection with a key."""

    def __init__(self, port: int, key: str):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
        self.headers = {"authorization": f"Bearer {key}"}
        self.refused = 0

    def post(self, body: bytes) -> int:
        """Sends events, again when the server asks for patience; returns how many were accepted."""
        while True:
            self.connection.request("POST", "/api/v1/events", body, self.headers | {"content-type": "application/x-ndjson"})
            answer = self.connection.getresponse()
            text = answer.read()
            if answer.status == 200:
                return orjson.loads(text)["accepted"]
            if answer.status != 503:
                raise RuntimeError(f"POST /api/v1/events: {answer.status} {text[:500]!r}")
            self.refused += 1
            time.sleep(float(answer.headers.get("retry-after", "1")))

    def get(self, path: str) -> bytes:
        return self.begin(path).read()

    def begin(self, path: str) -> http.client.HTTPResponse:
        try:
            answer = self.send_get(path)
        except ConnectionError:  # closed while it was idle, as servers do: once more, on a new one
            self.connection.close()
            answer = self.send_get(path)
        if answer.status == 200 and "html" not in answer.headers.get("content-type", ""):
            return answer
        text = answer.read()
        lost = "/events/" in path  # the route is there, the event is not
        if answer.status in (404, 200) and not lost:
            raise Missing(f"`{path.split('?')[0]}`")
        raise RuntimeError(f"GET {path}: {answer.status} {text[:500]!r}")

    def send_get(self, path: str) -> http.client.HTTPResponse:
        self.connection.request("GET", path, headers=self.headers)
        return self.connection.getresponse()


class Daybook(System):
    name = "Daybook"
    server: subprocess.Popen | None = None

    def version(self) -> str:
        return self.run("--version").stdout.split()[-1]

    def run(self, *arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run([self.settings.binary, *arguments], check=True, capture_output=True, text=True)

    def open(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.log = open(self.directory.with_suffix(".log"), "ab")
        self.server = subprocess.Popen(
            [self.settings.binary, "serve", "--listen", f"127.0.0.1:{self.port}", "--data-dir", str(self.directory)],
            env=os.environ | {"DAYBOOK_ADMIN_EMAIL": EMAIL, "DAYBOOK_ADMIN_PASSWORD": PASSWORD}, stdout=self.log, stderr=self.log)
        self.wait_ready()
        key_file = self.directory.with_suffix(".key")
        if not key_file.exists():
            made = self.run("key", "create", "--name", "bench", "--scope", "ingest", "--scope", "read", "--data-dir", str(self.directory))
            key_file.write_text(made.stdout.strip())
        self.key = key_file.read_text()
        self.client = Client(self.port, self.key)

    def wait_ready(self) -> None:
        for _ in range(6000):
            if self.server.poll() is not None:
                raise RuntimeError(f"daybook ended with {self.server.returncode}; see {self.log.name}")
            try:
                probe = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
                probe.request("GET", "/readyz")
                if probe.getresponse().status == 200:
                    return
            except OSError:
                pass
            time.sleep(0.05)
        raise RuntimeError("daybook did not become ready")

    def close(self) -> None:
        if self.server is None:
            return
        self.server.send_signal(signal.SIGTERM)
        self.server.wait(600)
        self.log.close()
        self.server = None

    def load(self, files: list[dict[str, str]]) -> None:
        names = [file["ndjson"] for file in files]
        if not self.has_import():
            self.load_over_http(names)
            return
        self.close()  # an import has the directory to itself; `finish` starts the server again
        try:
            self.run("import", "--data-dir", str(self.directory), *names)
        except subprocess.CalledProcessError as error:
            raise RuntimeError(f"daybook import: {error.stderr[-2000:]}") from error

    def has_import(self) -> bool:
        return subprocess.run([self.settings.binary, "import", "--help"], capture_output=True, check=False).returncode == 0

    def load_over_http(self, names: list[str]) -> None:
        bodies: queue.Queue = queue.Queue(LOAD_CONNECTIONS * 2)
        failures: list[BaseException] = []

        def send() -> None:
            client = Client(self.port, self.key)
            while (body := bodies.get()) is not None:
                try:
                    if not failures:
                        client.post(body)
                except (RuntimeError, OSError) as error:
                    failures.append(error)
        senders = [threading.Thread(target=send) for _ in range(LOAD_CONNECTIONS)]
        for sender in senders:
            sender.start()
        for name in names:
            with open(name, "rb") as file:
                while lines := [line for _, line in zip(range(LOAD_BATCH), file)]:
                    bodies.put(b"".join(lines))
        for _ in senders:
            bodies.put(None)
        for sender in senders:
            sender.join()
        if failures:
            raise failures[0]

    def finish(self) -> None:
        """Starts the server if an import ended it, and waits until background work is done: until three seconds cost next to no time."""
        if self.server is None:
            self.open()
        before = None
        for _ in range(1200):
            fields = pathlib.Path(f"/proc/{self.server.pid}/stat").read_text().rsplit(")", 1)[1].split()
            now = int(fields[11]) + int(fields[12])
            if before is not None and now - before <= 6:
                return
            before = now
            time.sleep(3)

    def verify(self) -> dict:
        """Seconds in which the verifier, with the public key alone, recomputes the audit log of the directory; how many events it has."""
        vkey = (self.directory / "ledger" / "key").read_text().strip()
        started = time.perf_counter()
        said = self.run("verify", "--key", vkey, str(self.directory)).stdout
        seconds = time.perf_counter() - started
        return {"seconds": seconds, "events": int(re.search(r"PASS: ([\d,]+) events", said)[1].replace(",", "")), "said": said.strip().splitlines()[-1]}

    def pid(self) -> int:
        return self.server.pid

    def code_files(self):
        return [self.settings.binary]

    # Questions.

    def ask(self, ask: dict):
        path = getattr(self, f"path_{ask['kind']}")(ask)
        if ask["kind"] == "export":
            return self.save(path)
        return self.client.get(path)

    def read(self, ask: dict, raw):
        if ask["kind"] == "export":
            return digest(raw, cost_in_usd=True)
        return getattr(self, f"read_{ask['kind']}")(ask, json.loads(raw, parse_float=decimal.Decimal))

    def save(self, path: str) -> pathlib.Path:
        file = self.directory.with_suffix(".csv")
        answer = self.client.begin(path)
        with open(file, "wb") as out:
            while block := answer.read(1 << 20):
                out.write(block)
        return file

    def url(self, route: str, ask: dict, **more) -> str:
        pairs = [("from", rfc3339(ask["from"])), ("to", rfc3339(ask["to"]))]
        pairs += [(field if operator == "eq" else f"{field}.{operator}", value) for field, operator, value in ask["where"]]
        pairs += [("q", ask["search"])] if ask.get("search") else []
        return f"/api/v1/{route}?{urllib.parse.urlencode(pairs + list(more.items()))}"

    def path_list(self, ask: dict) -> str:
        return self.url("logs/usage", ask, sort=ask["sort"], page=ask["page"], page_size=ask["size"])

    def path_event(self, ask: dict) -> str:
        return f"/api/v1/logs/usage/events/{ask['id']}"

    def path_values(self, ask: dict) -> str:
        return self.url(f"logs/usage/values/{ask['field']}", ask, limit=ask["limit"])

    def path_histogram(self, ask: dict) -> str:
        # It takes the next longer interval when the count fits exactly.
        return self.url("logs/usage/histogram", ask, by=ask["by"], buckets=ask["buckets"] + 1)

    def path_summary(self, ask: dict) -> str:
        return self.url("usage/summary", ask)

    def path_breakdown(self, ask: dict) -> str:
        more = {"quantiles": "true"} if ask["quantiles"] else {}
        return self.url("usage/breakdown", ask, by=ask["by"], order=ask["order"], limit=ask["limit"], **more)

    def path_timeseries(self, ask: dict) -> str:
        return self.url("usage/timeseries", ask, interval=ask["interval"], by=ask["by"], limit=20)

    def path_export(self, ask: dict) -> str:
        return self.url("logs/usage/download", ask, format="csv", columns=",".join(data.COLUMNS))

    # Answers.

    def read_list(self, ask: dict, answer):
        return {"rows": [row(event) for event in answer["items"]], "total": answer["total"] if ask["total"] else None}

    def read_event(self, ask: dict, answer):
        return {"rows": [row(answer)], "total": None}

    def read_values(self, ask: dict, answer):
        return sorted((value["value"], value["count"]) for value in answer["values"])

    def read_histogram(self, ask: dict, answer):
        return sorted((us(bucket["time"]), value, count) for bucket in answer["buckets"] for value, count in bucket["by"].items() if count)

    def read_summary(self, ask: dict, answer):
        names = ("requests", "errors", "input_tokens", "output_tokens", "total_tokens", "cache_read_tokens", "reasoning_tokens", "users", "models")
        quantiles = answer["latency_ms"] or {}
        return {name: answer[name] for name in names} | {"cost": nano(answer["cost"]), "quantiles": list(quantiles.values())}

    def read_breakdown(self, ask: dict, answer):
        groups = []
        for item in answer["items"]:
            group = {name: item[name] for name in ("key", "requests", "total_tokens", "errors")}
            group |= {"name": item.get("name") or item["key"], "cost": nano(item["cost"])}
            if ask["quantiles"]:
                group["quantiles"] = list(item["latency_ms"].values())
            groups.append(group)
        return {"groups": groups, "total": answer["total"]}

    def read_timeseries(self, ask: dict, answer):
        return sorted((us(point["time"]), series["key"], point["requests"], point["total_tokens"], nano(point["cost"]), point["errors"])
                      for series in answer["series"] for point in series["points"] if point["requests"])


def rfc3339(time_us: int) -> str:
    seconds, rest = divmod(time_us, data.SECOND)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{rest:06d}Z"


def us(text: str) -> int:
    """RFC 3339 in UTC, any number of digits of a second."""
    whole, _, fraction = text.rstrip("Z").partition(".")
    return calendar.timegm(time.strptime(whole, "%Y-%m-%dT%H:%M:%S")) * data.SECOND + int(fraction.ljust(6, "0") or 0)


def nano(usd: decimal.Decimal | int) -> int:
    """USD in nano-USD."""
    return int(decimal.Decimal(usd).scaleb(9, EXACT))


def row(event: dict) -> tuple:
    """One event in the common form."""
    out = []
    for name in data.COLUMNS:
        value = event.get(name)
        if name == "time":
            value = us(value)
        elif name == "cost":
            value = nano(value)
        out.append(value if isinstance(value, int) else str(value or ""))
    return tuple(out)
