"""The benchmark: Daybook beside DuckDB, ClickHouse and SQLite on the same events, in one run.

ROWS=100000000     so many usage events (default 10 000 000)
SYSTEMS=daybook,…  only these
KEEP=directory     keeps the loaded data for another run
BUDGET_S=seconds   when a question stops repeating (default 20)
RESULTS=directory  where the tables go (default bench/results; a smoke run only prints)
SMOKE=1            few events and repetitions: does everything work, are all answers equal?

DAYBOOK_BIN names the release binary. Needs Python with venv; what else it needs it installs into bench/.venv.
"""

import pathlib
import signal
import sys
import tempfile
from collections.abc import Iterator

import environment


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))  # so that systems are ended and temporary data goes
    settings = from_environment()
    with tempfile.TemporaryDirectory(prefix="daybook-bench-") as temporary:
        where = pathlib.Path(settings.keep or temporary)
        where.mkdir(parents=True, exist_ok=True)
        try:
            for results in measure(settings, where):
                report.write(results, settings.results)
        except compare.Difference as difference:
            raise SystemExit(f"ANSWERS DIFFER\n{difference}") from None


def measure(settings, where: pathlib.Path) -> Iterator[dict]:
    """All stages, one system at a time, so that each has the machine to itself. Gives the results so far after each
    system: an interrupted run leaves what it measured."""
    results = {"rows": settings.rows, "date": time.strftime("%Y-%m-%d"), "smoke": settings.smoke, "budget_s": settings.budget_s, "left_out": settings.left_out,
               "machine": machine.describe(str(where)), "systems": {}}
    loaded, facts = stages.load(settings, where)
    questions = all_questions()
    missing, results["compared"] = stages.check(settings, where, facts, questions)
    warm, cold = {}, {}
    for name in settings.systems:
        warm[name], memory = stages.time_warm(settings, where, facts, questions, missing, name)
        say(f"{name}: warm answers timed")
        cold[name], results["cold_by"] = stages.time_cold(settings, where, facts, questions, missing, name)
        say(f"{name}: cold answers timed")
        results["systems"][name] = loaded[name] | {"version": version(settings, where, name), "memory": memory}
        if name == "daybook":
            results["ingest"] = ingest.measure(settings, where, facts, missing)
        yield results | {"questions": [timed(question, warm, cold, missing) for question in questions]}


def timed(question, warm: dict, cold: dict, missing: dict) -> dict:
    """What one question took in each system measured so far."""
    return {"name": question.name, "kind": question.kind, "note": question.note,
            "systems": {name: {"warm_ms": warm[name].get(question.name, []), "cold_ms": cold[name].get(question.name, []),
                               "missing": missing.get(question.name, {}).get(name)} for name in warm}}


def version(settings, where: pathlib.Path, name: str) -> str:
    worker = Worker(name, stages.home(where, name), settings)
    try:
        worker.open()
        return worker.call("attribute", "version")
    finally:
        worker.close()


if environment.is_inside():
    import time

    import compare
    import ingest
    import machine
    import report
    import stages
    from questions import all_questions
    from settings import from_environment
    from stages import say
    from worker import Worker

if __name__ == "__main__":
    if not environment.is_inside():
        environment.enter(__file__)
    main()
