"""Whether all systems say the same. A difference is shown and ends the run.

Everything must be equal, except latencies p50, p95 and p99: Daybook reads them from a sketch. Each must lie within one
percent of the neighbourhood (one rank up or down, for systems round ranks differently) of the exact value.
"""

import math

from systems.base import QUANTILES

TOLERANCE = {"daybook": 0.01}


class Difference(Exception):
    """Two systems disagree."""


def same(question: str, ask: dict, answers: dict[str, object], counts: list[tuple[str, int, int]] | None) -> None:
    """Compares the answers of all systems to one ask; `counts` are the latencies by group when it asks for quantiles."""
    plain = {}
    for system, answer in answers.items():
        groups, plain[system] = quantiles_apart(answer)
        if counts is not None:
            check_quantiles(question, ask, system, groups, counts)
    reference = "duckdb" if "duckdb" in plain else next(iter(plain))
    for system, answer in plain.items():
        if answer != plain[reference]:
            where = first_difference(plain[reference], answer)
            raise Difference(f"{question}\n  ask: {ask}\n  {reference} and {system} differ {where}")


def quantiles_apart(answer):
    """Quantiles by group, and the answer without them."""
    if isinstance(answer, dict) and "quantiles" in answer:
        return {"": answer["quantiles"]}, {name: value for name, value in answer.items() if name != "quantiles"}
    if isinstance(answer, dict) and any("quantiles" in group for group in answer.get("groups", ())):
        found = {group["key"]: group["quantiles"] for group in answer["groups"]}
        groups = [{name: value for name, value in group.items() if name != "quantiles"} for group in answer["groups"]]
        return found, answer | {"groups": groups}
    return {}, answer


def check_quantiles(question: str, ask: dict, system: str, found: dict[str, list[int]], counts) -> None:
    by_group: dict[str, list[tuple[int, int]]] = {}
    for key, latency, count in counts:
        by_group.setdefault(key, []).append((latency, count))
    tolerance = TOLERANCE.get(system, 0)
    for key, values in found.items():
        for share, value in zip(QUANTILES, values, strict=True):
            low, high = neighbours(sorted(by_group[key]), share)
            if not low * (1 - tolerance) <= value <= high * (1 + tolerance):
                raise Difference(f"{question}\n  ask: {ask}\n  {system}: quantile {share} of {key or 'all'} is {value}, exactly {low} to {high}")


def neighbours(counted: list[tuple[int, int]], share: float) -> tuple[int, int]:
    """The values one rank below and one above the nearest rank of a quantile."""
    total = sum(count for _, count in counted)
    rank = math.ceil(share * total)
    return at_rank(counted, max(1, rank - 1)), at_rank(counted, min(total, rank + 1))


def at_rank(counted: list[tuple[int, int]], rank: int) -> int:
    seen = 0
    for value, count in counted:
        seen += count
        if seen >= rank:
            return value
    return counted[-1][0]


def first_difference(a, b, path: str = "") -> str:
    """Where two answers part, in words."""
    if isinstance(a, dict) and isinstance(b, dict):
        for name in a.keys() | b.keys():
            if a.get(name) != b.get(name):
                return first_difference(a.get(name), b.get(name), f"{path}.{name}")
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        if len(a) != len(b):
            return f"at {path}: {len(a)} and {len(b)} elements, such as\n    {list(a)[:2]}\n    {list(b)[:2]}"
        for at, (one, other) in enumerate(zip(a, b)):
            if one != other:
                return first_difference(one, other, f"{path}[{at}]")
    return f"at {path or 'the top'}:\n    {a!r}\n    {b!r}"
