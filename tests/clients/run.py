"""Runs real clients against a real `daybook` and checks what was stored.

    DAYBOOK_BIN=target/release/daybook python3 tests/clients/run.py [NAME…]

Each client gets a virtual environment of its own (in DAYBOOK_CLIENTS_CACHE, by default ~/.cache/daybook-clients),
calls a mock of the OpenAI API and sends its telemetry to Daybook. A NAME runs only the clients whose name contains it.

Where PyPI cannot be reached a client is skipped, and said so; with CI or DAYBOOK_REQUIRE_CLIENTS=1 set that is a
failure.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import checks
import openai_mock
import venvs
from clients import CLIENTS, Client
from daybook import Daybook

HERE = Path(__file__).parent
EMITTER_S = 180
VISIBLE_S = 15
SIDE_BY_SIDE = 3  # they mostly wait
FOREIGN = ("OTEL_", "LANGFUSE_", "OPENAI_", "LITELLM_", "GENERIC_LOGGER_", "TRACELOOP_", "DAYBOOK_", "PYTHON")


def main(wanted: list[str]) -> int:
    chosen = [client for client in CLIENTS if not wanted or any(name in client.name for name in wanted)]
    if not chosen:
        raise SystemExit("no such client; there are: " + ", ".join(client.name for client in CLIENTS))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that nothing stays behind
    required = bool(os.environ.get("CI")) or os.environ.get("DAYBOOK_REQUIRE_CLIENTS") == "1"
    passed = failed = skipped = 0
    for client, lines, problems in run_all(chosen, require_binary()):
        if lines is None:
            skipped += 1
            print(f"SKIP  {client.name:42} {problems[0]}")
        elif problems:
            failed += 1
            print(f"FAIL  {client.name:42} {lines:3} calls", *problems, sep="\n        ")
        else:
            passed += 1
            print(f"ok    {client.name:42} {lines:3} calls")
        sys.stdout.flush()
    if skipped and required:
        print("skipping is a failure here: CI or DAYBOOK_REQUIRE_CLIENTS is set")
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or (skipped and required) else 0


def require_binary() -> str:
    binary = os.environ.get("DAYBOOK_BIN")
    if not binary or not os.access(binary, os.X_OK):
        raise SystemExit("DAYBOOK_BIN must name the daybook binary, e.g. DAYBOOK_BIN=target/release/daybook")
    return str(Path(binary).resolve())


def run_all(chosen: list[Client], binary: str):
    """Yields (client, number of calls or None when skipped, problems).

    Clients run side by side, each with a Daybook of its own.
    """
    groups = list(dict.fromkeys(client.group for client in chosen))
    mock, openai_url = openai_mock.start()
    with tempfile.TemporaryDirectory(prefix="daybook-clients-") as folder, ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        try:
            # The last, LiteLLM's, takes longest to install.
            pythons = {group: pool.submit(interpreter, group) for group in reversed(groups)}
            running = [
                pool.submit(run_client, client, pythons[client.group], binary, Path(folder, str(number)), openai_url)
                for number, client in enumerate(chosen)
            ]
            for client, run in zip(chosen, running):
                yield client, *run.result()
        finally:
            pool.shutdown(cancel_futures=True)
            mock.shutdown()
            mock.server_close()


def interpreter(group: str) -> Path | str:
    """The group's Python, or why there is none."""
    try:
        return venvs.python_of(group)
    except venvs.Unreachable as unreachable:
        return f"PyPI cannot be reached, {unreachable} is not installed"


def run_client(client: Client, installing: Future, binary: str, folder: Path, openai_url: str):
    """The number of calls, None when the client is skipped, and the problems found."""
    python = installing.result()
    if isinstance(python, str):
        return None, [python]
    folder.mkdir()
    daybook = Daybook(binary, folder)
    try:
        lines = emit(client, python, daybook, openai_url)
        return len(lines), check(client, daybook, lines)
    except EmitterFailed as failure:
        return 0, [str(failure)]
    finally:
        daybook.stop()


def check(client: Client, daybook: Daybook, lines: list[dict]) -> list[str]:
    if not lines:
        return ["the client made no calls"]
    stored = wait_for(daybook, len(lines))
    problems = [] if stored == len(lines) else [f"{len(lines)} calls were made, {stored} events are stored"]
    for trace_id in dict.fromkeys(line["trace_id"] for line in lines):
        of_trace = [client.expected(line) for line in lines if line["trace_id"] == trace_id]
        problems += check_trace(client, daybook, trace_id, of_trace)
    return problems


class EmitterFailed(Exception):
    """The client's script did not run to its end."""


def emit(client: Client, python: Path, daybook: Daybook, openai_url: str) -> list[dict]:
    """Runs the client's script; returns what it reports to have done."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    env |= {"DAYBOOK_URL": daybook.url, "DAYBOOK_KEY": daybook.key, "OPENAI_BASE_URL": openai_url,
            "NO_PROXY": "127.0.0.1", "PYTHONDONTWRITEBYTECODE": "1"} | client.env  # fmt: skip
    if client.restart:
        env["DAYBOOK_PAUSE"] = "1"
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(
            [python, HERE / client.emitter], env=env, text=True, stderr=errors,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        watchdog = threading.Timer(EMITTER_S, end_with_children, [process])
        watchdog.start()
        try:
            lines = list(read_lines(process, daybook))
            code = process.wait()
        finally:
            watchdog.cancel()
            end_with_children(process)
        errors.seek(0)
        if code != 0:
            raise EmitterFailed(f"{client.emitter} ended with {code}: {errors.read()[-1500:].strip()}")
    return lines


def end_with_children(process) -> None:
    """Ends the script and what it started, LiteLLM's proxy for one."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def read_lines(process, daybook: Daybook):
    for text in process.stdout:
        if not text.startswith("{"):
            continue  # a client's own chatter
        line = json.loads(text)
        if line.get("pause"):
            daybook.kill()
            daybook.start()
            process.stdin.write("\n")
            process.stdin.flush()
        else:
            yield line


def wait_for(daybook: Daybook, total: int) -> int:
    """The number of usage events once it has reached `total`, or whatever it is after a while."""
    deadline = time.monotonic() + VISIBLE_S
    while (count := daybook.count()) < total and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(0.5)  # what comes beyond the total would be a call counted twice
    return max(count, daybook.count())


def check_trace(client: Client, daybook: Daybook, trace_id: str, lines: list[dict]) -> list[str]:
    """Compares the events of one trace with its calls, both in the order of time."""
    name = lines[0]["call"]
    deadline = time.monotonic() + VISIBLE_S  # the second half of a call may still be on its way
    while True:
        events = daybook.events(trace_id)
        found = [f"{name}: {len(events)} events, not {len(lines)}"] if len(events) != len(lines) else []
        for event, line in zip(events, lines):
            found += [f"{line['call']}: {problem}" for problem in checks.problems(event, line, client.reports)]
        if not found or time.monotonic() > deadline:
            return found
        time.sleep(0.25)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
