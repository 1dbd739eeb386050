"""The log center's questions, the same for every system.

An ask is a plain dictionary that each system puts in its own language. Repetition `n` of a question gives other
parameters than every other: other users, words, pages and ranges. Two kinds of rows need a word:

* Rows "without one workspace" leave out another workspace each time, so that no sum kept from an earlier answer fits.
* Rows "warm dashboard" ask the very same again, as people do who look at a dashboard.
"""

import dataclasses
from collections.abc import Callable

import data
from data import DAY, END_US, HOUR, SECOND, START_US


@dataclasses.dataclass(frozen=True)
class Facts:
    """What the data is known to hold."""

    rows: int
    ids: list[str]


@dataclasses.dataclass(frozen=True)
class Question:
    """`kind` decides the target: selective, broad, aggregate, warm or bulk."""

    name: str
    kind: str
    ask: Callable[[int, Facts], dict]
    # Why this row exists, when its name does not say it.
    note: str = ""
    # Whether every system must give the same answer; not when peers answer by approximation.
    exact: bool = True


def days(count: int, n: int) -> dict:
    """A range of so many days that ends at another time for each n; 90 days lose up to 6 hours."""
    if count >= data.DAYS:
        return {"from": START_US + n * 97 * SECOND, "to": END_US - n * 211 * SECOND}
    room = data.DAYS - count
    to = END_US - (n * 37 * HOUR + n * 1013 * SECOND) % (room * DAY)
    return {"from": to - count * DAY, "to": to}


def aligned(count: int, n: int, hours: int = 1) -> dict:
    """Like `days`, on full intervals of so many hours."""
    span = days(count, n)
    to = span["to"] - span["to"] % (hours * HOUR)
    return {"from": to - count * DAY, "to": to}


def listed(span: dict, **more) -> dict:
    return {"kind": "list", "where": [], "sort": "-time", "page": 1, "size": 50, "total": True} | span | more


def heavy(n: int) -> tuple:
    return ("user_id", "eq", f"u_{n % 40}")


def rare(n: int) -> tuple:
    return ("user_id", "eq", f"u_{3200 + n * 13 % 1800}")


# Each with a letter no hexadecimal id has, so that only names, models, endpoints and errors are searched.
WORDS = ("becker", "ulus-vis", "rosa.", "orealis", "nsen3", "prod-1", "k-77", "thmus-ul", "zoe.", "katya.novak", "harbor-u",
         "northw", "yusuf.ro", "glacier-u", "staging-4", "tundra-eu", "quinn.s", "messages", "uniper-mini", "walski", "suzuki1",
         "olga-", "vera.moreau", "dolomite-pl", "-notebook-1", "timeout after 3", "zone 7", "liam.gar", "petrov7", "lakeside-us")


def deep_page(n: int, facts: Facts, sort: str) -> dict:
    wanted = 100_000 if sort == "-time" else 20_000
    page = max(2, min(wanted, facts.rows // 100)) - 7 * n % 500
    return listed(days(90, n), sort=sort, page=max(2, page), total=False)


def without_workspace(n: int) -> list:
    return [("workspace_id", "ne", f"ws_{n % data.WORKSPACES}")]


def breakdown(by: str, **more):
    def ask(n: int, _: Facts, where=(), span=None) -> dict:
        return {"kind": "breakdown", "by": by, "order": "cost", "limit": 50, "quantiles": False,
                "where": list(where)} | (span or days(30, n)) | more
    return ask


def summary(n: int, _: Facts, where=(), span=None) -> dict:
    return {"kind": "summary", "where": list(where)} | (span or days(90, n))


def hourly(n: int, _: Facts, where=(), span=None) -> dict:
    return {"kind": "timeseries", "interval": "hour", "by": "provider", "where": list(where)} | (span or aligned(30, n))


def export(n: int, facts: Facts) -> dict:
    """One million events, or a fifth of all."""
    count = min(1_000_000, facts.rows // 5)
    begin = (facts.rows - count) * (n % 7) // 7
    edges = data.slot_us(begin, facts.rows), data.slot_us(begin + count, facts.rows)
    return {"kind": "export", "where": [], "from": int(edges[0]), "to": int(edges[1])}


LATENCY = breakdown("model", quantiles=True, order="requests", limit=60)
AGGREGATES = (
    ("summary, 90 d", summary), ("by user, 30 d", breakdown("user")), ("by model, 30 d", breakdown("model")),
    ("by provider, 30 d", breakdown("provider")), ("by API key, 30 d", breakdown("api_key")),
    ("hourly cost by provider, 30 d", hourly), ("p99 latency by model, 30 d", LATENCY),
)


def all_questions() -> list[Question]:
    """Every row of the table, in order."""
    return [*lists(), *aggregates(),
            Question("CSV export of 1 M events", "bulk", export, "a fifth of all when there are fewer than 5 M")]


def lists() -> list[Question]:
    page_only = "peers give the page alone, Daybook page and total"
    return [
        Question("newest page, 30 d", "broad", lambda n, _: listed(days(30, n), total=False), page_only),
        Question("newest page + total, 30 d", "broad", lambda n, _: listed(days(30, 50 + n))),
        Question("heavy user, page + total, 30 d", "selective", lambda n, _: listed(days(30, n), where=[heavy(n)])),
        Question("rare user, page + total, 90 d", "selective", lambda n, _: listed(days(90, n), where=[rare(n)])),
        Question("one model, page + total, 7 d", "selective",
                 lambda n, _: listed(days(7, n), where=[("platform_model", "eq", data.model_name(n * 7 % 60))])),
        Question("errors, page + total, 90 d", "selective",
                 lambda n, _: listed(days(90, n), where=[("outcome", "eq", "error")])),
        Question("substring search, page + total, 90 d", "selective",
                 lambda n, _: listed(days(90, n), search=WORDS[n % len(WORDS)])),
        Question("top 50 by cost, 7 d", "broad", lambda n, _: listed(days(7, n), sort="-cost", total=False), page_only),
        Question("top 50 by cost, 90 d", "broad", lambda n, _: listed(days(90, n), sort="-cost", total=False), page_only),
        Question("one event by id", "selective", lambda n, facts: {"kind": "event", "id": facts.ids[n * 11 % len(facts.ids)]}),
        Question("deep page by time (100 000th of 50)", "broad", lambda n, facts: deep_page(n, facts, "-time"), page_only),
        Question("deep page by cost (20 000th of 50)", "broad", lambda n, facts: deep_page(n, facts, "-cost"), page_only),
        Question("value menu of models, 30 d", "broad",
                 lambda n, _: {"kind": "values", "field": "platform_model", "limit": 60, "where": []} | days(30, n)),
        Question("histogram by outcome, 30 d", "broad",
                 lambda n, _: {"kind": "histogram", "by": "outcome", "buckets": 60, "where": []} | aligned(30, n, 12)),
    ]


def aggregates() -> list[Question]:
    """Plain, with a filter that defeats kept sums, and asked again."""
    plain = [Question(name, "aggregate", ask) for name, ask in AGGREGATES]
    sketch = Question("p99 latency by model, 30 d, all by sketch", "aggregate", lambda n, facts: LATENCY(n, facts) | {"sketch": True},
                      "DuckDB and ClickHouse by their approximate quantiles, too", exact=False)
    filtered = [Question(f"{name}, without one workspace", "aggregate",
                         lambda n, facts, ask=ask: ask(n, facts, where=without_workspace(n))) for name, ask in AGGREGATES]
    warm = [Question(f"warm dashboard: {name}", "warm", lambda n, facts, ask=ask, count=90 if ask is summary else 30: ask(
        0, facts, span={"from": END_US - count * DAY, "to": END_US})) for name, ask in AGGREGATES]
    return [*plain, sketch, *filtered, *warm]
