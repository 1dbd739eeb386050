"""What Daybook is held to, and whether a run met it."""

import dataclasses

SELECTIVE, BROAD, AGGREGATE, WARM = 5, 1, 2, 10
DEADLINE_MS, NEWEST_DEADLINE_MS = 100, 20


@dataclasses.dataclass(frozen=True)
class Target:
    """`met` is None when the run did not measure it."""

    text: str
    measured: str
    met: bool | None


def judge(results: dict) -> list[Target]:
    """All targets in order. Speed ratios are medians in the same run."""
    return [*ratios(results), *deadlines(results), *resources(results), *ingest(results)]


def ratios(results: dict) -> list[Target]:
    from report import ratio, times
    out = []
    for kind, least, text in (("selective", SELECTIVE, "selective filters, searches, counts"), ("broad", BROAD, "every other list and count"),
                              ("aggregate", AGGREGATE, "aggregates"), ("warm", WARM, "warm dashboards"), ("bulk", BROAD, "CSV export")):
        found = [(ratio(question), question["name"]) for question in results["questions"] if question["kind"] == kind]
        found = sorted((value, name) for value, name in found if value is not None)
        below = [f"{name} {times(value)}" for value, name in found if value < least]
        measured = f"{len(found) - len(below)} of {len(found)}" + (f"; below: {', '.join(below)}" if below else f", the least {times(found[0][0])}" if found else "")
        out.append(Target(f"{text}: ≥ {least}× the better of DuckDB and ClickHouse", measured if found else "–", not below if found else None))
    return out


def deadlines(results: dict) -> list[Target]:
    from report import ms, percentile
    found = []
    for question in results["questions"]:
        took = question["systems"].get("daybook", {}).get("warm_ms")
        if took and question["kind"] != "bulk":
            found.append((percentile(took, 0.95), question["name"]))
    late = [f"{name} {ms(value)} ms" for value, name in found if value >= DEADLINE_MS]
    newest = [value for value, name in found if name.startswith("newest page, ")]
    worst = f"at most {ms(max(value for value, _ in found))} ms" if found else "–"
    return [Target(f"p95 of every question < {DEADLINE_MS} ms", f"above: {', '.join(late)}" if late else worst, not late if found else None),
            Target(f"p95 of the newest page < {NEWEST_DEADLINE_MS} ms", f"{ms(newest[0])} ms" if newest else "–", newest[0] < NEWEST_DEADLINE_MS if newest else None)]


def resources(results: dict) -> list[Target]:
    ours = results["systems"].get("daybook")
    if not ours:
        return []
    per_event = ours["disk_bytes"] / results["rows"]
    idle = ours["idle"]["resident"] / 1e6
    bulk = results["rows"] / ours["load_s"]
    return [Target("≤ 120 bytes per event on disk (goal 80)", f"{per_event:.0f}", per_event <= 120),
            Target("idle < 150 MB resident", f"{idle:.0f} MB", idle < 150),
            Target("bulk import ≥ 60 000 events/s", f"{bulk:,.0f}", bulk >= 60_000)]


def ingest(results: dict) -> list[Target]:
    from ingest import STEADY, STEADY_PAYLOADS
    from report import ms, percentile
    found = results.get("ingest")
    if not found:
        return []
    plans = {plan["name"]: plan for plan in found["plans"]}
    plain, busy = plans["batches of 1 000"], plans["batches of 1 000, queries meanwhile"]
    steady = [plans[STEADY], plans[STEADY_PAYLOADS]]
    heavy, single = plans["batches of 1 000 with 2 KB payloads"], plans["one by one"]
    audit, proof_p99 = plans["audit events with receipts, batches of 1 000"], percentile(found["proof"]["proof_ms"], 0.99)
    proof_busy = percentile(found["proof"]["proof_busy_ms"], 0.99)
    asked = [took for plan in steady for _, took in plan["query_ms"]]
    asked_full = [took for plan in found["plans"] if not plan["rate"] for _, took in plan["query_ms"]]
    verified = found["verify"]["events"] / found["verify"]["seconds"]
    seen = [took for plan in found["plans"] for took in plan["visible_ms"]]
    peak = max(plan["peak"]["anonymous"] for plan in found["plans"]) / 1e6
    payloads, trickle = found["payloads"], found["trickle_visible_ms"]
    smaller = payloads["raw_bytes"] / payloads["disk_bytes"] if payloads["disk_bytes"] else 0
    query_p95 = percentile(asked, 0.95)
    failures = sum(len(plan["query_failures"]) for plan in found["plans"])
    return [
        Target("durable ingest in batches of 1 000 ≥ 30 000 events/s (goal 50 000)",
               f"{plain['events_per_s']:,.0f}; {busy['events_per_s']:,.0f} with queries meanwhile", plain["events_per_s"] >= 30_000),
        Target("with 2 KB payloads ≥ 12 000 events/s", f"{heavy['events_per_s']:,.0f}", heavy["events_per_s"] >= 12_000),
        Target("ack p99 < 50 ms under that load", f"{' and '.join(ms(plan['ack_ms']['p99']) for plan in steady)} ms at 30 000/s and at 12 000/s with payloads, "
               f"queries meanwhile; at full speed {ms(plain['ack_ms']['p99'])} ms, {ms(busy['ack_ms']['p99'])} ms with queries",
               all(plan["ack_ms"]["p99"] < 50 for plan in steady)),
        Target("queries < 200 ms p95 meanwhile", f"{ms(query_p95)} ms; at full speed {ms(percentile(asked_full, 0.95))} ms" + (f"; {failures} failed" if failures else ""),
               query_p95 < 200 and not failures if query_p95 is not None else None),
        Target("visible ≤ 0.5 s after the ack at a trickle", f"at most {ms(max(trickle))} ms", max(trickle) <= 500),
        Target("visible ≤ 2 s after the ack under full load", f"at most {ms(max(seen, default=None))} ms", max(seen) <= 2000 if seen else None),
        Target("a single event acknowledged < 20 ms p99", f"{ms(single['ack_ms']['p99'])} ms", single["ack_ms"]["p99"] < 20),
        Target("audit events with receipts ≥ 10 000 events/s", f"{audit['events_per_s']:,.0f}", audit["events_per_s"] >= 10_000),
        Target("the proof of an audit event < 5 ms p99", f"{ms(proof_p99)} ms; {ms(proof_busy)} ms while many are moved into partitions", proof_p99 < 5 if proof_p99 is not None else None),
        Target("`daybook verify` ≥ 200 000 events/s", f"{verified:,.0f}", verified >= 200_000),
        Target("under full load < 2 GB, without mapped files", f"{peak:,.0f} MB", peak < 2000),
        Target("payloads ≥ 4× smaller than their JSON", f"{smaller:.1f}×" if smaller else "–", smaller >= 4 if smaller else None),
    ]
