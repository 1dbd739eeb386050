"""The stages of a run: load, compare, time warm, time cold. Each adds its figures to the results."""

import json
import pathlib
import random
import shutil
import sys
import time

import compare
import data
from machine import MemoryPeak, drop_caches
from questions import Facts, Question
from systems import CLASSES
from systems.base import Missing
from worker import Worker

# Chunks on the disk at a time.
CHUNKS_AT_ONCE = 4
WARM_UP = 2
COLD_KINDS = ("selective", "broad", "aggregate")


def say(text: str) -> None:
    print(time.strftime("%H:%M:%S"), text, file=sys.stderr, flush=True)


def home(where: pathlib.Path, system: str) -> str:
    return str(where / system)


def load(settings, where: pathlib.Path) -> tuple[dict, Facts]:
    """Generates the data and loads it into each system that does not hold it yet."""
    record = where / "loaded.json"
    known = json.loads(record.read_text()) if record.exists() else {"rows": settings.rows, "ids": [], "systems": {}}
    if known["rows"] != settings.rows:
        raise SystemExit(f"KEEP: {where} holds {known['rows']:,} events")
    todo = [name for name in settings.systems if name not in known["systems"]]
    for name in todo:  # what an interrupted run left
        shutil.rmtree(home(where, name), ignore_errors=True)
        pathlib.Path(home(where, name) + ".key").unlink(missing_ok=True)
    if todo:
        workers = {name: Worker(name, home(where, name), settings) for name in todo}
        try:
            known["systems"] |= load_into(workers, settings, where, known)
        finally:
            for worker in workers.values():
                worker.close()  # a second time where all went well, which does nothing
        record.write_text(json.dumps(known))
    return known["systems"], Facts(settings.rows, known["ids"])


def load_into(workers: dict[str, Worker], settings, where: pathlib.Path, known: dict) -> dict:
    figures = {}
    for name, worker in workers.items():
        worker.open()
        time.sleep(0.5)
        figures[name] = {"load_s": 0.0, "idle": worker.call("memory")}
    count = data.chunk_count(settings.rows)
    ids = []
    for first in range(0, count, CHUNKS_AT_ONCE):
        files = []
        for number in range(first, min(first + CHUNKS_AT_ONCE, count)):
            table = data.chunk(number, settings.rows)
            files.append(data.write(table, where / f"chunk-{number}"))
            ids += random.Random(number).sample(table["id"].to_pylist(), max(2, 128 // count))
        for name, worker in workers.items():
            figures[name]["load_s"] += worker.call("load", files)
        for file in (name for pair in files for name in pair.values()):
            pathlib.Path(file).unlink()
        say(f"loaded {min(settings.rows, (first + CHUNKS_AT_ONCE) * data.CHUNK_ROWS):,} events")
    for name, worker in workers.items():
        figures[name]["finish_s"] = worker.call("finish")
        figures[name]["after_load"] = worker.call("memory")
        figures[name]["disk_bytes"] = worker.close()
        say(f"{CLASSES[name]}: loaded in {figures[name]['load_s']:.1f} s, finished in {figures[name]['finish_s']:.1f} s")
    if not known["ids"]:
        known["ids"] = random.Random(1).sample(ids, min(len(ids), 128))
    return figures


def check(settings, where: pathlib.Path, facts: Facts, questions: list[Question]) -> tuple[dict[str, dict[str, str]], dict]:
    """Compares the answers of all systems; returns what which system cannot answer yet, by question, and what was compared."""
    answers: dict[tuple[str, int], dict] = {}
    counts: dict[tuple[str, int], list] = {}
    missing: dict[str, dict[str, str]] = {}
    exact = [question for question in questions if question.exact]
    for name in settings.systems:
        worker = Worker(name, home(where, name), settings)
        try:
            worker.open()
            for question in exact:
                for n in check_numbers(settings, question, name):
                    ask, slot = question.ask(n, facts), (question.name, n)
                    try:
                        answers.setdefault(slot, {})[name] = worker.call("answer", ask)
                    except Missing as lacking:
                        missing.setdefault(question.name, {})[name] = str(lacking)
                        break
                    if name != "daybook" and slot not in counts and (ask["kind"] == "summary" or ask.get("quantiles")):
                        counts[slot] = worker.call("latency_counts", ask)
        finally:
            worker.close()
        say(f"answers of {name} taken")
    several = {slot: found for slot, found in answers.items() if len(found) > 1}
    for question in exact:
        for n in check_numbers(settings, question):
            if found := several.get((question.name, n)):
                compare.same(question.name, question.ask(n, facts), found, counts.get((question.name, n)))
    compared = {"asks": len(several), "questions": len({question for question, _ in several}), "of": len(exact),
                "with_daybook": len({question for (question, _), found in several.items() if "daybook" in found})}
    say(f"all answers are equal: {compared['asks']} asks of {compared['questions']} questions, {compared['with_daybook']} of them with Daybook")
    for question in questions:
        if not question.exact:
            missing[question.name] = missing.get(question.name.partition(", all by")[0], {})
    return missing, compared


def check_numbers(settings, question: Question, system: str = "") -> range:
    """Which repetitions are compared; a dashboard asked again has but one, and SQLite gets one: it takes minutes."""
    if question.kind in ("warm", "bulk"):
        return range(1)
    return range(100, 101 if system == "sqlite" else 100 + settings.checks)


def time_warm(settings, where: pathlib.Path, facts: Facts, questions: list[Question], missing, name: str) -> tuple[dict, dict]:
    """Milliseconds of each repetition by question, and memory."""
    took: dict[str, list[float]] = {}
    worker = Worker(name, home(where, name), settings)
    try:
        worker.open()
        time.sleep(2)
        memory = {"idle_loaded": worker.call("memory")}
        with MemoryPeak(worker.memory_pid) as peak:
            for question in questions:
                if name not in missing.get(question.name, {}):
                    try:
                        took[question.name] = repeat(settings, worker, facts, question)
                    except RuntimeError as error:
                        missing.setdefault(question.name, {})[name] = failed(name, question, error)
        memory |= {"peak_queries": peak.peak, "after_queries": worker.call("memory")}
    finally:
        worker.close()
    return took, memory


def failed(name: str, question: Question, error: RuntimeError) -> str:
    """A question that was answered before and now is not: reported, and the others go on."""
    why = str(error).strip().splitlines()[-1]
    say(f"{name} failed: {question.name}: {why}")
    return f"failed: {why}"


def repeat(settings, worker: Worker, facts: Facts, question: Question) -> list[float]:
    """Warm-ups with parameters of their own, then repetitions until all are done or the time is spent."""
    started, took = time.monotonic(), []
    for n in range(settings.repetitions, settings.repetitions + WARM_UP):
        worker.call("time", question.ask(n, facts))
        if time.monotonic() - started > settings.budget_s / 2:
            break
    for n in range(settings.repetitions):
        if n >= settings.repetitions_min and time.monotonic() - started > settings.budget_s:
            break
        took.append(worker.call("time", question.ask(n, facts)) * 1000)
    return took


def time_cold(settings, where: pathlib.Path, facts: Facts, questions: list[Question], missing, name: str) -> tuple[dict, str]:
    """Milliseconds of the first answer of a new process without page cache, by question."""
    took: dict[str, list[float]] = {}
    how = ""
    chosen = [question for question in questions if question.kind in COLD_KINDS and question.exact and "without" not in question.name]
    for question in chosen[:2] if settings.smoke else chosen:
        if name in missing.get(question.name, {}):
            continue
        for n in range(settings.cold_repetitions):
            worker = Worker(name, home(where, name), settings)
            try:
                how = drop_caches(home(where, name), worker.call("attribute", "code_files"))
                worker.open()
                took.setdefault(question.name, []).append(worker.call("time", question.ask(n, facts)) * 1000)
            except RuntimeError as error:
                failed(name, question, error)
                break
            finally:
                worker.close()
            if sum(took.get(question.name, ())) > settings.budget_s * 1000:
                break
    return took, how
