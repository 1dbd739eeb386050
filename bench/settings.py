"""What a run measures, read from the environment once."""

import dataclasses
import os
import pathlib

HERE = pathlib.Path(__file__).parent
SYSTEMS = ("daybook", "duckdb", "clickhouse", "sqlite")
# Above this SQLite takes hours for what the others answer in seconds.
SQLITE_ROWS_MAX = 20_000_000


@dataclasses.dataclass(frozen=True)
class Settings:
    """One run. Times are seconds."""

    rows: int
    systems: tuple[str, ...]
    binary: str
    keep: str | None
    results: pathlib.Path | None
    # Timed repetitions of a question, each with other parameters; answers compared before.
    repetitions: int
    cold_repetitions: int
    checks: int
    # A question stops repeating beyond this, but not before `repetitions_min`.
    budget_s: float
    repetitions_min: int
    # Events sent over HTTP per measurement.
    ingest_events: int
    smoke: bool
    left_out: dict[str, str]


def results_directory(smoke: bool) -> pathlib.Path | None:
    """Where the tables go; a smoke run keeps none unless told where."""
    named = os.environ.get("RESULTS")
    return pathlib.Path(named) if named else None if smoke else HERE / "results"


def from_environment() -> Settings:
    """Settings by ROWS, SYSTEMS, KEEP, BUDGET_S, SMOKE, RESULTS and DAYBOOK_BIN."""
    smoke = os.environ.get("SMOKE") == "1"
    rows = int(os.environ.get("ROWS") or (20_000 if smoke else 10_000_000))
    if rows < 10_000:
        raise SystemExit("ROWS: at least 10 000, or the questions have nothing to find")
    asked = os.environ.get("SYSTEMS")
    systems = tuple(asked.split(",")) if asked else SYSTEMS
    for name in systems:
        if name not in SYSTEMS:
            raise SystemExit(f"SYSTEMS: {name} is none of {', '.join(SYSTEMS)}")
    left_out = {}
    if not asked and rows > SQLITE_ROWS_MAX:
        systems = tuple(name for name in systems if name != "sqlite")
        left_out["sqlite"] = f"left out above {SQLITE_ROWS_MAX:,} events; SYSTEMS=…,sqlite includes it"
    binary = os.environ.get("DAYBOOK_BIN", "")
    if "daybook" in systems and not os.access(binary, os.X_OK):
        raise SystemExit("DAYBOOK_BIN: names no program; `make bench` builds and names it")
    return Settings(
        rows=rows, systems=systems, binary=binary, keep=os.environ.get("KEEP") or None,
        results=results_directory(smoke),
        repetitions=3 if smoke else 20, cold_repetitions=1 if smoke else 3, checks=2 if smoke else 3,
        budget_s=2 if smoke else float(os.environ.get("BUDGET_S") or 20), repetitions_min=2 if smoke else 1,
        ingest_events=8_000 if smoke else 600_000, smoke=smoke, left_out=left_out)
