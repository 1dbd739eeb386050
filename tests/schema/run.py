"""Asks a real `daybook` what its OpenAPI document describes, and much that it does not, with schemathesis.

    DAYBOOK_BIN=target/release/daybook python3 tests/schema/run.py

Asked as an account of the role `user` by session, and as a super_admin by API key. No answer may be a fault of the
server, have a status, a content type, a header or a body that the document does not tell; what the document forbids
must be refused, and what needs a caller is refused without one. SCHEMA_SEED=N draws other requests.

Where Python has no venv or PyPI cannot be reached this is skipped, and said so; with CI or DAYBOOK_REQUIRE_SCHEMA=1
set that is a failure.
"""

import json
import os
import secrets
import subprocess
import sys
import tempfile
import urllib.request
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "clients"))

import venvs  # noqa: E402
from daybook import Daybook  # noqa: E402

DOCUMENT = HERE.parents[1] / "docs" / "reference" / "openapi.json"
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "missing_required_header",
    "unsupported_method",
    "ignored_auth",
)
# What is followed as it grows (`…/tail`) never ends, and is not asked.
BUDGET_S = 80  # for each caller
LONGEST_S = 150  # beyond that something hangs


@dataclass(frozen=True)
class Caller:
    """Somebody who asks."""

    name: str
    env: dict[str, str]


def main() -> int:
    binary = os.environ.get("DAYBOOK_BIN")
    if not binary or not os.access(binary, os.X_OK):
        raise SystemExit("DAYBOOK_BIN must name the daybook binary, e.g. DAYBOOK_BIN=target/release/daybook")
    try:
        python = venvs.python_of("schema", HERE / "requirements.txt")
    except venvs.Unreachable as unreachable:
        return skip(f"PyPI cannot be reached, {unreachable} is not installed")
    with tempfile.TemporaryDirectory(prefix="daybook-schema-") as folder:
        os.environ |= {"DAYBOOK_ANONYMOUS_PER_MINUTE": "0", "DAYBOOK_READS_PER_MINUTE": "0"}
        daybook = Daybook(str(Path(binary).resolve()), Path(folder), ("ingest", "read", "admin"))
        try:
            failed = [caller.name for caller in callers(daybook) if not ask(daybook, caller, python)]
        finally:
            daybook.stop()
    print(f"FAIL  as {', '.join(failed)}" if failed else "ok    every answer is one that the document tells")
    return 1 if failed else 0


def skip(why: str) -> int:
    required = bool(os.environ.get("CI")) or os.environ.get("DAYBOOK_REQUIRE_SCHEMA") == "1"
    print(f"SKIP  schemathesis: {why}")
    if required:
        print("skipping is a failure here: CI or DAYBOOK_REQUIRE_SCHEMA is set")
    return 1 if required else 0


def callers(daybook: Daybook) -> list[Caller]:
    """The weaker one first: what an administrator may set stands in its way."""
    user = {"DAYBOOK_EMAIL": "user@test.invalid", "DAYBOOK_PASSWORD": secrets.token_urlsafe(16)}
    made = send(daybook, "/users", {"email": user["DAYBOOK_EMAIL"], "role": "user"})
    ticket = made["link"].split("#", 1)[1]
    send(daybook, "/tickets/use", {"token": ticket, "password": user["DAYBOOK_PASSWORD"]})
    return [
        Caller("a user by session", {"DAYBOOK_AS": "session", **user}),
        Caller("a super_admin by API key", {"DAYBOOK_AS": "key", "DAYBOOK_KEY": daybook.key}),
    ]


def send(daybook: Daybook, path: str, body: dict) -> dict:
    headers = {"authorization": f"Bearer {daybook.key}", "content-type": "application/json"}
    request = urllib.request.Request(f"{daybook.url}/api/v1{path}", json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read())


def ask(daybook: Daybook, caller: Caller, python: Path) -> bool:
    print(f"as {caller.name}:", flush=True)
    command = [
        python.parent / "schemathesis", "run", DOCUMENT, "--url", daybook.url, "--checks", ",".join(CHECKS),
        "--phases", "examples,coverage,fuzzing,stateful", "--seed", os.environ.get("SCHEMA_SEED", "1"), "--workers", "1",
        "--exclude-path-regex", "/tail$", "--max-time", str(BUDGET_S), "--generation-database", "none", "--no-color",
        "--suppress-health-check", "all", "--warnings", "missing_auth,missing_test_data,validation_mismatch",
    ]  # fmt: skip
    env = os.environ | caller.env | {"DAYBOOK_URL": daybook.url, "SCHEMATHESIS_HOOKS": "hooks",
                                     "PYTHONPATH": str(HERE), "PYTHONDONTWRITEBYTECODE": "1"}  # fmt: skip
    try:
        return subprocess.run(command, env=env, cwd=daybook.data.parent, timeout=LONGEST_S).returncode == 0
    except subprocess.TimeoutExpired:
        print(f"not done within {LONGEST_S} s")
        return False


if __name__ == "__main__":
    sys.exit(main())
