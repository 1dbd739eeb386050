"""One system in a process of its own, commanded over a pipe, so that its memory is its own."""

import multiprocessing
import os
import pathlib
import sys
import time
import traceback

from systems import make
from systems.base import Missing

SPAWN = multiprocessing.get_context("spawn")


class Worker:
    """The near end. Methods of `Far` are called by name; a question the system lacks raises `Missing`."""

    def __init__(self, name: str, directory: str, settings):
        self.pipe, far = SPAWN.Pipe()
        self.process = SPAWN.Process(target=serve, args=(far, name, directory, settings), daemon=False)
        self.process.start()
        far.close()
        self.memory_pid = None

    def call(self, method: str, *arguments):
        self.send(method, *arguments)
        return self.receive()

    def send(self, method: str, *arguments) -> None:
        self.pipe.send((method, arguments))

    def receive(self):
        try:
            state, value = self.pipe.recv()
        except EOFError:
            raise RuntimeError("the process of a system ended unexpectedly") from None
        if state == "missing":
            raise Missing(value)
        if state == "failed":
            raise RuntimeError(value)
        return value

    def open(self) -> float:
        seconds, self.memory_pid = self.call("open")
        return seconds

    def close(self) -> int | None:
        """Ends the system and its process; on a closed pipe the far end ends by itself. Answers the bytes on disk."""
        disk_bytes = None
        try:
            if self.process.is_alive():
                disk_bytes = self.call("close")
        except (OSError, RuntimeError) as error:
            print(f"ending a system: {error}", file=sys.stderr)
        self.pipe.close()
        self.process.join(60)
        if self.process.is_alive():
            self.process.kill()
        return disk_bytes


class Far:
    """The far end: times what it is told, next to the system."""

    def __init__(self, system):
        self.system = system

    def open(self):
        return self.timed(self.system.open), self.system.pid()

    def close(self) -> int:
        self.system.close()
        return self.system.disk_bytes()

    def load(self, files) -> float:
        return self.timed(self.system.load, files)

    def finish(self) -> float:
        return self.timed(self.system.finish)

    def time(self, ask: dict) -> float:
        """Seconds until the answer is here, as the system gives it."""
        started = time.perf_counter()
        raw = self.system.ask(ask)
        seconds = time.perf_counter() - started
        if isinstance(raw, pathlib.Path):
            raw.unlink()
        return seconds

    def answer(self, ask: dict):
        return self.system.read(ask, self.system.ask(ask))

    def latency_counts(self, ask: dict):
        return self.system.latency_counts(ask)

    def memory(self) -> dict[str, int]:
        return memory_bytes(self.system.pid())

    def verify(self) -> dict:
        return self.system.verify()

    def attribute(self, name: str):
        """A value of the system, or what its method answers."""
        value = getattr(self.system, name)
        value = value() if callable(value) else value
        return list(value) if name == "code_files" else value

    @staticmethod
    def timed(work, *arguments) -> float:
        started = time.perf_counter()
        work(*arguments)
        return time.perf_counter() - started


def memory_bytes(pid: int) -> dict[str, int]:
    """Resident memory, all and without mapped files."""
    found = {}
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        name, _, value = line.partition(":")
        if name in ("VmRSS", "RssAnon"):
            found[name] = int(value.split()[0]) * 1024
    return {"resident": found["VmRSS"], "anonymous": found["RssAnon"]}


def serve(pipe, name: str, directory: str, settings) -> None:
    os.environ.setdefault("TZ", "UTC")
    far = Far(make(name, directory, settings))
    while True:
        try:
            method, arguments = pipe.recv()
        except EOFError:
            method, arguments = "close", ()
        try:
            answer = ("ok", getattr(far, method)(*arguments))
        except Missing as missing:
            answer = ("missing", str(missing))
        except BaseException:  # whatever it is, the near end must hear of it
            answer = ("failed", traceback.format_exc())
        try:
            pipe.send(answer)
        except OSError:
            return
        if method == "close":
            return
