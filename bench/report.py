"""The results as Markdown for people and as JSON for later comparison."""

import json
import math
import pathlib
import statistics

import targets

# The rows of the short table, which the README shows.
IN_SHORT = ("newest page + total, 30 d", "heavy user, page + total, 30 d", "errors, page + total, 90 d", "substring search, page + total, 90 d",
            "top 50 by cost, 90 d", "one event by id", "deep page by time (100 000th of 50)", "summary, 90 d", "by user, 30 d",
            "hourly cost by provider, 30 d", "warm dashboard: by user, 30 d")
NAMES = {"daybook": "Daybook", "duckdb": "DuckDB", "clickhouse": "ClickHouse", "sqlite": "SQLite"}


def write(results: dict, directory: pathlib.Path | None) -> None:
    """Prints the table, and writes `<rows>-events.md` and `.json` into the directory."""
    text = "\n".join(markdown(results)) + "\n"
    print(text)
    if directory:
        directory.mkdir(parents=True, exist_ok=True)
        stem = directory / f"{results['rows']}-events"
        stem.with_suffix(".json").write_text(json.dumps(rounded(results), separators=(",", ":")) + "\n")
        stem.with_suffix(".md").write_text(text)


def rounded(value):
    """Figures to the microsecond: more is noise."""
    if isinstance(value, dict):
        return {name: rounded(member) for name, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [rounded(member) for member in value]
    return round(value, 3) if isinstance(value, float) else value


def markdown(results: dict) -> list[str]:
    return [f"# {results['rows']:,} usage events", "", *introduction(results), "", "## In short", "", *short(results), "", "## Answers", "", *answers(results), "",
            *cold(results), "## Load, disk, memory", "", *resources(results), "", *ingest(results), "## Targets", "",
            *target_lines(results), "", "## Again", "", *again(results)]


def introduction(results: dict) -> list[str]:
    machine, systems = results["machine"], results["systems"]
    flush = machine["flush_ms"]
    versions = ", ".join(f"{NAMES[name]} {system['version']}" for name, system in systems.items())
    lines = [
        f"{results['date']}. {machine['cpu']}, {machine['cores']} cores, {machine['memory_bytes'] / 2**30:.0f} GiB, {machine['kernel']}; "
        f"a flush of 4 KiB takes {flush['p50']:.2f} ms (p99 {flush['p99']:.2f} ms). {versions}.", "",
        "Every system holds the same events: 28 fields (29 when a call failed), no payloads, 90 days, 5 000 users, 8 000 API keys and 60 models "
        "by Zipf's law, 3 % errors.", "",
        *equality(results),
        "Daybook is a server and answers over HTTP, its JSON included; DuckDB, ClickHouse and SQLite run in the process that asks them, "
        "two threads each where they have threads. Systems run one after the other. Milliseconds, medians.",
    ]
    if results["smoke"]:
        lines += ["", "**A smoke run: it shows that everything works. Its figures say nothing.**"]
    return lines + [line for name, why in results["left_out"].items() for line in ("", f"{NAMES[name]}: {why}.")]


def equality(results: dict) -> list[str]:
    compared = results["compared"]
    if len(results["systems"]) < 2:
        return []
    return [f"Before anything was timed the answers were compared, field by field: pages, totals, sums, groups, intervals, an exported file; "
            f"{compared['asks']} asks of {compared['questions']} questions, {compared['with_daybook']} of them with Daybook. **All were equal.** "
            "Latency quantiles, which Daybook reads from a sketch and the peers compute exactly, lie within 1 %.", ""]


def median(values: list[float]) -> float | None:
    return statistics.median(values) if values else None


def percentile(values: list[float], share: float) -> float | None:
    return sorted(values)[math.ceil(len(values) * share) - 1] if values else None


def ms(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 1 else f"{value:.2f}"


def ratio(question: dict, temperature: str = "warm_ms") -> float | None:
    """How many times faster Daybook is than the better of DuckDB and ClickHouse."""
    ours = median(question["systems"].get("daybook", {}).get(temperature, []))
    peers = [median(question["systems"].get(name, {}).get(temperature, [])) for name in ("duckdb", "clickhouse")]
    peers = [peer for peer in peers if peer is not None]
    return min(peers) / ours if ours and peers else None


def times(value: float | None) -> str:
    if value is None:
        return "–"
    text = f"{value:,.0f}×" if value >= 10 else f"{value:.1f}×" if value >= 1 else f"{value:.2f}×"
    return f"**{text}, loses**" if value < 1 else text


def short(results: dict) -> list[str]:
    """Medians of the questions people know best."""
    systems = list(results["systems"])
    lines = [f"| ms | {' | '.join(NAMES[name] for name in systems)} | ratio |", "|---|" + "--:|" * (len(systems) + 1)]
    for question in results["questions"]:
        if question["name"] in IN_SHORT:
            cells = [ms(median(question["systems"][name]["warm_ms"])) for name in systems]
            lines.append(f"| {question['name']} | {' | '.join(cells)} | {times(ratio(question))} |")
    return lines


def answers(results: dict) -> list[str]:
    systems = list(results["systems"])
    head = ["| question |", *[f" {NAMES[name]} |" for name in systems], " ratio | Daybook p95 |"]
    lines = ["".join(head), "|---|" + "--:|" * (len(systems) + 2)]
    notes, missing = [], []
    for question in results["questions"]:
        mark = ""
        if question["note"]:
            if question["note"] not in notes:
                notes.append(question["note"])
            mark = f" <sup>{notes.index(question['note']) + 1}</sup>"
        cells = [ms(median(question["systems"][name]["warm_ms"])) for name in systems]
        ours = question["systems"].get("daybook", {})
        if ours.get("missing"):
            missing.append(ours["missing"])
        cells = ["failed" if (question["systems"][name]["missing"] or "").startswith("failed") else cell for name, cell in zip(systems, cells)]
        lines.append(f"| {question['name']}{mark} | {' | '.join(cells)} | {times(ratio(question))} | {ms(percentile(ours.get('warm_ms', []), 0.95))} |")
    repetitions = max(len(system["warm_ms"]) for question in results["questions"] for system in question["systems"].values())
    lines += ["", f"Ratio: the better of DuckDB and ClickHouse over Daybook; a cell where Daybook loses says so. Up to {repetitions} repetitions after two "
              f"warm-ups, none begun after {results['budget_s']:g} s but the first, each with other users, models, words, pages and ranges. Rows “without one workspace” leave out another workspace each time, "
              "so that no sum kept from an earlier answer fits; “warm dashboard” rows ask the very same again, where Daybook may use the sums it keeps. "
              "A page without “total” is one for which peers were spared the count. Peers count and quantile exactly unless a row says otherwise."]
    lines += [f"\n<sup>{number}</sup> {note}." for number, note in enumerate(notes, 1)]
    if missing:
        lines += ["", f"Not answered by this Daybook: {', '.join(sorted(set(missing)))}."]
    return lines


def cold(results: dict) -> list[str]:
    rows = [question for question in results["questions"] if any(system["cold_ms"] for system in question["systems"].values())]
    systems = list(results["systems"])
    lines = ["## Cold", "", f"The first answer of a new process with {results.get('cold_by') or 'a cold page cache'} (program files read again).", "",
             f"| question | {' | '.join(NAMES[name] for name in systems)} | ratio |", "|---|" + "--:|" * (len(systems) + 1)]
    for question in rows:
        cells = [ms(median(question["systems"][name]["cold_ms"])) for name in systems]
        lines.append(f"| {question['name']} | {' | '.join(cells)} | {times(ratio(question, 'cold_ms'))} |")
    return [*lines, ""] if rows else []


def megabytes(memory: dict | None) -> str:
    return f"{memory['anonymous'] / 1e6:,.0f} / {memory['resident'] / 1e6:,.0f}" if memory else "–"


def resources(results: dict) -> list[str]:
    systems, rows = results["systems"], results["rows"]
    table = {
        "load, events/s": [f"{rows / system['load_s']:,.0f}" for system in systems.values()],
        "then merges, indexes, checkpoints, s": [f"{system['finish_s']:.1f}" for system in systems.values()],
        "bytes on disk per event": [f"{system['disk_bytes'] / rows:.0f}" for system in systems.values()],
        "memory idle and empty, MB": [megabytes(system["idle"]) for system in systems.values()],
        "memory after the load, MB": [megabytes(system["after_load"]) for system in systems.values()],
        "memory after a start on the data, MB": [megabytes(system["memory"]["idle_loaded"]) for system in systems.values()],
        "memory at most during the questions, MB": [megabytes(system["memory"]["peak_queries"]) for system in systems.values()],
    }
    lines = [f"| | {' | '.join(NAMES[name] for name in systems)} |", "|---|" + "--:|" * len(systems)]
    lines += [f"| {name} | {' | '.join(cells)} |" for name, cells in table.items()]
    return [*lines, "", "Memory: without mapped files / all that is resident. Of the peers it includes Python and the client library, some 60 MB. "
            "On disk DuckDB counts without free blocks of its file, ClickHouse without parts already merged. Each system loads in its fastest way: Daybook NDJSON, DuckDB and ClickHouse Parquet, SQLite prepared statements."]


def ingest(results: dict) -> list[str]:
    found = results.get("ingest")
    if not found:
        return []
    lines = ["## Durable ingest over HTTP", "",
             f"Into the store with its {results['rows']:,} events; every answer means flushed to disk. The sender shares the machine. Where a rate is "
             "given, batches are sent at their time whatever the answers take, and an ack counts from that time; else each connection sends "
             "the next batch when the last is answered.", "",
             "| | events/s | ack p50 / p99, ms | queries p50 / p95, ms | visible after the ack, p50 / max, ms | memory at most, MB |", "|---|--:|--:|--:|--:|--:|"]
    for plan in found["plans"]:
        asked = [took for _, took in plan["query_ms"]]
        lines.append(
            f"| {plan['name']}, {plan['connections']} connection{'s' if plan['connections'] > 1 else ''} | {plan['events_per_s']:,.0f} | "
            f"{ms(plan['ack_ms']['p50'])} / {ms(plan['ack_ms']['p99'])} | {ms(median(asked))} / {ms(percentile(asked, 0.95))} | "
            f"{ms(median(plan['visible_ms']))} / {ms(max(plan['visible_ms'], default=None))} | {megabytes(plan['peak'])} |")
    waits = sum(plan["refused"] for plan in found["plans"])
    failures = sum(len(plan["query_failures"]) for plan in found["plans"])
    if waits or failures:
        lines += ["", f"Senders were asked to wait (503) {waits} times, which counts into their acks; {failures} questions failed meanwhile."]
    proof, trickle, payloads = found["proof"], found["trickle_visible_ms"], found["payloads"]
    lines += ["", f"The proof of one of {proof['events']:,} audit events takes {ms(median(proof['proof_ms']))} ms (p99 {ms(percentile(proof['proof_ms'], 0.99))} ms); "
              f"a signed checkpoint covered the last of them {ms(proof['covered_ms'])} ms after its ack. `daybook verify` takes {found['verify']['seconds']:.2f} s for the directory of {found['verify']['events']:,} of them."]
    lines += ["", f"At a trickle an event is visible {ms(median(trickle))} ms after its ack (at most {ms(max(trickle))} ms). "
              f"Memory idle {megabytes(found['idle'])} MB, after it all {megabytes(found['after'])} MB."]
    if payloads["disk_bytes"]:
        lines.append(f"Payloads take {payloads['raw_bytes'] / payloads['disk_bytes']:.1f} times less than their JSON "
                     "(generated text: 40 system prompts, the rest drawn words).")
    return [*lines, ""]


def target_lines(results: dict) -> list[str]:
    lines = ["| target | measured | |", "|---|---|---|"]
    for target in targets.judge(results):
        verdict = {True: "met", False: "**missed**", None: "not measured"}[target.met]
        lines.append(f"| {target.text} | {target.measured} | {verdict} |")
    return lines


def again(results: dict) -> list[str]:
    return ["```sh", f"make bench ROWS={results['rows']}", "```", "",
            "`SYSTEMS=daybook,duckdb` takes a subset, `KEEP=directory` keeps the loaded data, `make bench-smoke` checks within a minute and a half that "
            "everything works and all answers are equal. The data is the same in every run: it is generated from a seed and ends at a fixed time. "
            f"All single figures: [{results['rows']}-events.json]({results['rows']}-events.json)."]
