"""Captures what the clients really send, as fixtures for the unit tests of the normalisers.

    python3 tests/clients/fixtures.py [NAME…]

For each fixture `<name>` the bodies as sent (`.traces.bin` and `.logs.bin` are OTLP protobuf, not compressed) and
`<name>.expected.jsonl`: one line per call, what a complete and honest reading of those bodies gives. Absolute paths in
stack traces are cut to what follows the package folder; nothing else is changed.
"""

import getpass
import gzip
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import capture
import openai_mock
import venvs
from clients import CLIENTS

HERE = Path(__file__).parent
FOLDER = HERE.parents[1] / "crates" / "ingest" / "tests" / "fixtures"
LIMIT_BYTES = 40 * 1024
MACHINE_PATH = re.compile(r"""(?:/[^\s"'\\/]+)*/(?=(?:site-packages|python3\.\d+|clients)/)""")

# fixture name: client name, calls (all when empty)
FIXTURES = {
    "openai-v2/default": ("openai-v2", ""),
    "openai-v2/new-span": ("openai-v2 new, span", ""),
    "openai-v2/new-event": ("openai-v2 new, event", ""),
    "genai-openai/span": ("genai-openai span", ""),
    "genai-openai/event": ("genai-openai event", ""),
    "openllmetry/attributes": ("openllmetry", ""),
    "openllmetry/events": ("openllmetry events, gzip", ""),
    "openinference/spans": ("openinference", ""),
    "langfuse/spans": ("langfuse", ""),
    "litellm/array": ("litellm json_array", "chat,rate_limited"),
    "litellm/lines": ("litellm ndjson", "tool_call,stream_broken"),
    "litellm/single-chat": ("litellm single", "chat,zeros"),
    "litellm/single-stream": ("litellm single", "stream,stream_no_usage"),
    "litellm/single-other": ("litellm single", "responses,embedding,mock_response"),
    "litellm/router": ("litellm router", ""),
    "litellm/proxy": ("litellm proxy", "chat,stream"),
    "litellm/proxy-failed": ("litellm proxy", "rate_limited"),
}


def main(wanted: list[str]) -> None:
    clients = {client.name: client for client in CLIENTS}
    mock, openai_url = openai_mock.start()
    for name, (client_name, calls) in FIXTURES.items():
        if wanted and not any(text in name for text in wanted):
            continue
        make(name, clients[client_name], calls, openai_url)
    mock.shutdown()


def make(name: str, client, calls: str, openai_url: str) -> None:
    python = venvs.python_of(client.group)
    with tempfile.TemporaryDirectory() as folder:
        server, url = capture.start(Path(folder))
        env = os.environ | {"DAYBOOK_URL": url, "DAYBOOK_KEY": "dbk_fixture", "OPENAI_BASE_URL": openai_url}
        env |= client.env | ({"DAYBOOK_CALLS": calls} if calls else {})
        done = subprocess.run([python, HERE / client.emitter], env=env, capture_output=True, text=True)
        server.shutdown()
        if done.returncode != 0:
            raise SystemExit(f"{name}: {done.stderr}")
        lines = [json.loads(text) for text in done.stdout.splitlines() if text.startswith("{")]
        bodies = [read(about) for about in sorted(Path(folder).glob("*.json"))]
    target = FOLDER / name
    target.parent.mkdir(parents=True, exist_ok=True)
    for kind, body in named([body for body in bodies if body[0] != "/api/public/media"]):
        store(Path(f"{target}.{kind}"), scrubbed(body, python, kind))
    expected = [json.dumps(client.expected(line), ensure_ascii=False) + "\n" for line in lines]
    store(Path(f"{target}.expected.jsonl"), "".join(expected).encode())


def read(about: Path) -> tuple[str, bytes]:
    request = json.loads(about.read_text())
    headers = {name.lower(): value for name, value in request["headers"].items()}
    body = about.with_suffix(".bin").read_bytes()
    return request["path"], gzip.decompress(body) if headers.get("content-encoding") == "gzip" else body


def named(bodies: list[tuple[str, bytes]]):
    """Yields the ending of the file's name and the body."""
    several = len(bodies) > len({path for path, _ in bodies})
    for number, (path, body) in enumerate(bodies, 1):
        kind = "traces.bin" if path.endswith("/traces") else "logs.bin" if path.endswith("/logs") else text_kind(body)
        yield (f"{number}.{kind}" if several else kind), body


def text_kind(body: bytes) -> str:
    try:
        json.loads(body)
        return "json"
    except ValueError:
        return "ndjson"


def scrubbed(body: bytes, python: Path, kind: str) -> bytes:
    if kind.endswith("json"):
        return MACHINE_PATH.sub("", body.decode()).encode()
    message = "ExportTraceServiceRequest" if "traces" in kind else "ExportLogsServiceRequest"
    command = [python, HERE / "scrub_otlp.py", message, MACHINE_PATH.pattern]
    return subprocess.run(command, input=body, capture_output=True, check=True).stdout


def store(path: Path, body: bytes) -> None:
    for private in (str(Path.home()), str(HERE), getpass.getuser() + "@", socket.gethostname(), "/tmp/"):
        if private.encode() in body:
            raise SystemExit(f"{path.name} names this machine: {private}")
    if len(body) > LIMIT_BYTES:
        raise SystemExit(f"{path.name} is too large: {len(body)} bytes")
    path.write_bytes(body)
    print(path.relative_to(FOLDER), len(body))


if __name__ == "__main__":
    main(sys.argv[1:])
