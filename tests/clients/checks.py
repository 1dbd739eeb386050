"""Compares a stored usage event with what the client did."""

import json
from decimal import Decimal

from calls import USER

EXACT = ("platform_model", "upstream_model", "outcome", "input_tokens", "output_tokens", "total_tokens",
         "cache_read_tokens", "reasoning_tokens")  # fmt: skip
# The mock waits 30 ms before it answers; a loaded machine may take long.
LATENCY_MS = range(25, 60_000)


def problems(event: dict, line: dict, reports: frozenset[str]) -> list[str]:
    """What is wrong with the stored event. `reports` names what this client tells beyond the exact fields."""
    found = [f"{name} is {event.get(name)!r}, not {line[name]!r}" for name in EXACT
             if name in line and event.get(name) != line[name]]  # fmt: skip
    return found + status(event, line, reports) + times(event, line, reports) + texts(event, line) + cost(event, line)


def status(event: dict, line: dict, reports: frozenset[str]) -> list[str]:
    found = []
    code = event.get("status_code")
    told = code is not None or ("status" in reports and line["outcome"] == "error")
    if told and code != line["status_code"]:
        found.append(f"status_code is {code}, not {line['status_code']}")
    stream = event.get("is_stream")
    if "stream" in reports and bool(stream) != line["is_stream"]:
        found.append(f"is_stream is {stream}, not {line['is_stream']}")
    if "user" in reports and event.get("user_id") != USER:
        found.append(f"user_id is {event.get('user_id')!r}, not {USER!r}")
    if "provider" in reports and event.get("provider") != "openai":
        found.append(f"provider is {event.get('provider')!r}, not 'openai'")
    if line["outcome"] == "error" and not event.get("error"):
        found.append("error is empty")
    if line["error"] and line["error"] not in event.get("error", ""):
        found.append(f"error {event.get('error')!r} lacks {line['error']!r}")
    return found


def times(event: dict, line: dict, reports: frozenset[str]) -> list[str]:
    latency, ttft = event.get("latency_ms"), event.get("ttft_ms")
    if line.get("instant"):
        return [] if latency is not None else ["latency_ms is missing"]
    if latency is None or int(latency) not in LATENCY_MS:
        return [f"latency_ms is {latency}"]
    if not line["is_stream"]:
        return []
    if ttft is None:
        return ["ttft_ms is missing"] if "ttft" in reports else []
    return [] if 0 < ttft <= latency else [f"ttft_ms is {ttft} of {latency}"]


def texts(event: dict, line: dict) -> list[str]:
    found = []
    for name, payload in (("prompt", "request"), ("response", "response")):
        text = line.get(name)
        if text and text not in json.dumps(event.get(payload), ensure_ascii=False, default=str):
            found.append(f"{payload} lacks {text!r}: {str(event.get(payload))[:80]}")
    return found


def cost(event: dict, line: dict) -> list[str]:
    if "cost" not in line:
        return []
    expected, stored = line["cost"], event.get("cost")
    if expected is None:
        reported = stored is not None and event.get("cost_source") == "reported"
        return [f"cost is {stored}, though the client reports none"] if reported else []
    expected = Decimal(expected)
    if stored is None and expected == 0:
        return []  # nothing was called
    exact = stored is not None and Decimal(stored) * 10**9 == expected * 10**9
    return [] if exact else [f"cost is {stored}, not {expected}"]
