"""A real `daybook` process in a throw-away data directory, and the few questions the test asks it."""

import json
import os
import secrets
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from decimal import Decimal
from pathlib import Path

READY_S = 60


class Daybook:
    def __init__(self, binary: str, folder: Path, scopes: tuple[str, ...] = ("ingest", "read")):
        self.binary, self.data, self.log = binary, folder / "data", folder / "daybook.log"
        self.data.mkdir()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.listen = f"127.0.0.1:{free.getsockname()[1]}"
        self.url = f"http://{self.listen}"
        self.start()
        command = [binary, "key", "create", "--name", "clients", "--data-dir", self.data]
        made = subprocess.run([*command, *(f"--scope={scope}" for scope in scopes)], capture_output=True, text=True)
        if made.returncode != 0:
            raise SystemExit(f"daybook key create failed:\n{made.stderr}{self.end_of_log()}")
        self.key = made.stdout.strip()

    def start(self) -> None:
        """Starts the server on the same address and data as before, and waits until it is ready."""
        administrator = {"DAYBOOK_ADMIN_EMAIL": "clients@test.invalid",
                         "DAYBOOK_ADMIN_PASSWORD": secrets.token_urlsafe(16)}  # fmt: skip
        command = [self.binary, "serve", "--listen", self.listen, "--data-dir", self.data]
        with open(self.log, "a") as log:
            self.process = subprocess.Popen(command, env=os.environ | administrator, stdout=log, stderr=log)
        deadline = time.monotonic() + READY_S
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                return urllib.request.urlopen(f"{self.url}/readyz", timeout=5).close()
            except OSError:
                time.sleep(0.05)
        self.process.kill()
        raise SystemExit(f"daybook serve did not become ready:\n{self.end_of_log()}")

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()

    def end_of_log(self) -> str:
        return self.log.read_text(errors="replace")[-3000:] if self.log.exists() else ""

    def get(self, path: str, **query) -> dict:
        """The answer as JSON, money and other fractions as Decimal."""
        address = f"{self.url}/api/v1{path}" + ("?" + urllib.parse.urlencode(query) if query else "")
        request = urllib.request.Request(address, headers={"Authorization": f"Bearer {self.key}"})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.loads(answer.read(), parse_float=Decimal)
        except urllib.error.HTTPError as error:
            raise SystemExit(f"GET {address}: {error.code} {error.read().decode(errors='replace')}") from error

    def count(self) -> int:
        return self.get("/logs/usage", page_size=1)["total"]

    def events(self, trace_id: str) -> list[dict]:
        """The usage events of a trace, whole, oldest first."""
        found = self.get("/logs/usage", trace_id=trace_id, sort="time", page_size=100)["items"]
        return [self.get(f"/logs/usage/events/{urllib.parse.quote(event['id'], safe='')}") for event in found]
