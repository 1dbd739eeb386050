"""The questions in SQL. Dialects say what differs: times, substrings, hours, quantiles."""

import data
from systems.base import GROUPS, QUANTILES, System

# What Daybook's `q` covers, as far as the columns are filled. Ids are found by prefix.
SEARCHED = ("workspace_id", "user_id", "user_name", "api_key_name", "endpoint", "platform_model", "upstream_model",
            "upstream_name", "provider", "error")
TOKENS = "input_tokens + output_tokens"


class SqlSystem(System):
    """A system that speaks SQL, with one table `usage`."""

    columns = ", ".join(f'"{name}"' for name in data.COLUMNS)
    # Expressions that differ between dialects.
    failed = "count(*) FILTER (WHERE outcome = 'error')"
    distinct = "count(DISTINCT {})"

    def query(self, sql: str) -> list:
        """Runs a statement and brings the result into this process."""
        raise NotImplementedError

    def time(self, us: int) -> str:
        raise NotImplementedError

    def contains(self, column: str, word: str) -> str:
        return f"{column} ILIKE '%{word}%'"

    def bucket(self, length_us: int) -> str:
        """The beginning of the interval of an event."""
        raise NotImplementedError

    def latencies(self, sketch: bool) -> str:
        """The expression of p50, p95 and p99 of latency_ms."""
        raise NotImplementedError

    def us(self, value) -> int:
        """A time of a result in microseconds."""
        raise NotImplementedError

    def rows(self, result) -> list:
        """Rows of a result as the client library hands them out."""
        return result

    def ask(self, ask: dict):
        return getattr(self, f"ask_{ask['kind']}")(ask)

    def read(self, ask: dict, raw):
        return getattr(self, f"read_{ask['kind']}")(ask, raw)

    def where(self, ask: dict) -> str:
        tests = [f"time >= {self.time(ask['from'])}", f"time < {self.time(ask['to'])}"]
        for field, operator, value in ask["where"]:
            sign = "=" if operator == "eq" else "<>"
            tests.append(f"{field} {sign} '{value}'")
        if word := ask.get("search"):
            # A word with a letter that is no hexadecimal digit begins no id: a careful caller leaves that test out.
            assert not set(word) <= set("0123456789abcdef-"), word
            tests.append("(" + " OR ".join(self.contains(column, word) for column in SEARCHED) + ")")
        return " AND ".join(tests)

    def ask_list(self, ask: dict):
        order = "time DESC" if ask["sort"] == "-time" else f"{ask['sort'][1:]} DESC, time DESC"
        page = self.query(self.page(self.where(ask), order, ask["size"], (ask["page"] - 1) * ask["size"]))
        total = self.query(f"SELECT count(*) FROM usage WHERE {self.where(ask)}") if ask["total"] else None
        return page, total

    def page(self, where: str, order: str, limit: int, offset: int) -> str:
        """The statement of a page of rows."""
        return f"SELECT {self.columns} FROM usage WHERE {where} ORDER BY {order} LIMIT {limit} OFFSET {offset}"

    def read_list(self, ask: dict, raw):
        page, total = raw
        return {"rows": [self.row(row) for row in self.rows(page)], "total": int(self.rows(total)[0][0]) if total is not None else None}

    def ask_event(self, ask: dict):
        return self.query(f"SELECT {self.columns} FROM usage WHERE id = '{ask['id']}'"), None

    read_event = read_list

    def row(self, values) -> tuple:
        """One event in the common form."""
        out = []
        for name, value in zip(data.COLUMNS, values):
            if name == "time":
                value = self.us(value)
            elif name == "is_stream":
                value = bool(value)
            out.append(value if isinstance(value, int) else str(value or ""))
        return tuple(out)

    def ask_summary(self, ask: dict):
        sums = ("input_tokens", "output_tokens", "cache_read_tokens", "reasoning_tokens", "cost")
        return self.query(
            f"SELECT count(*), {self.failed}, {', '.join(f'sum({name})' for name in sums)}, {self.distinct.format('user_id')}, "
            f"{self.distinct.format('platform_model')}, {self.latencies(False)} FROM usage WHERE {self.where(ask)}")

    def read_summary(self, ask: dict, raw):
        names = ("requests", "errors", "input_tokens", "output_tokens", "cache_read_tokens", "reasoning_tokens", "cost", "users", "models")
        row = self.rows(raw)[0]
        answer = {name: int(value) for name, value in zip(names, row)}
        answer["total_tokens"] = answer["input_tokens"] + answer["output_tokens"]
        return answer | {"quantiles": [int(value) for value in row[len(names)]]}

    def ask_breakdown(self, ask: dict):
        key, name = GROUPS[ask["by"]]
        measure = {"requests": "requests", "tokens": "tokens", "cost": "spent"}[ask["order"]]
        named = f"any_value({name})" if name else key
        quantiles = f", {self.latencies(ask.get('sketch', False))}" if ask["quantiles"] else ""
        return self.query(
            f"SELECT {key}, {named}, count(*) AS requests, sum({TOKENS}) AS tokens, sum(cost) AS spent, {self.failed}, "
            f"count(*) OVER () {quantiles} FROM usage WHERE {self.where(ask)} GROUP BY {key} ORDER BY {measure} DESC, {key} "
            f"LIMIT {ask['limit']}")

    def read_breakdown(self, ask: dict, raw):
        groups = []
        for key, name, requests, tokens, cost, errors, total, *quantiles in self.rows(raw):
            group = {"key": key, "name": name, "requests": int(requests), "total_tokens": int(tokens), "cost": int(cost), "errors": int(errors)}
            if quantiles:
                group["quantiles"] = [int(value) for value in quantiles[0]]
            groups.append(group)
        return {"groups": groups, "total": int(total)}

    def ask_timeseries(self, ask: dict):
        return self.query(
            f"SELECT {self.bucket(data.HOUR)} AS hour, {ask['by']}, count(*), sum({TOKENS}), sum(cost), {self.failed} FROM usage "
            f"WHERE {self.where(ask)} GROUP BY hour, {ask['by']} ORDER BY hour, {ask['by']}")

    def read_timeseries(self, ask: dict, raw):
        return sorted((self.us(hour), key, *(int(value) for value in values)) for hour, key, *values in self.rows(raw))

    def ask_values(self, ask: dict):
        return self.query(f"SELECT {ask['field']}, count(*) AS events FROM usage WHERE {self.where(ask)} GROUP BY {ask['field']} "
                          f"ORDER BY events DESC LIMIT {ask['limit']}")

    def read_values(self, ask: dict, raw):
        return sorted((value, int(count)) for value, count in self.rows(raw))

    def ask_histogram(self, ask: dict):
        length_us = (ask["to"] - ask["from"]) // ask["buckets"]
        return self.query(f"SELECT {self.bucket(length_us)} AS begin, {ask['by']}, count(*) FROM usage WHERE {self.where(ask)} "
                          f"GROUP BY begin, {ask['by']} ORDER BY begin")

    def read_histogram(self, ask: dict, raw):
        return sorted((self.us(begin), value, int(count)) for begin, value, count in self.rows(raw))

    def ask_export(self, ask: dict):
        file = self.directory / "export.csv"
        self.export(f"SELECT {self.columns} FROM usage WHERE {self.where(ask)}", str(file))
        return file

    def export(self, sql: str, file: str) -> None:
        """Writes the result of a statement as CSV with a header."""
        raise NotImplementedError

    def read_export(self, ask: dict, raw):
        from systems.csv_digest import digest
        return digest(raw, cost_in_usd=False)

    def latency_counts(self, ask: dict) -> list[tuple[str, int, int]]:
        """How often each latency occurs, by group: from this the bounds of quantiles are computed."""
        key = GROUPS[ask["by"]][0] if ask["kind"] == "breakdown" else "''"
        result = self.query(f"SELECT {key} AS k, latency_ms, count(*) FROM usage WHERE {self.where(ask)} GROUP BY k, latency_ms")
        return [(key, int(latency), int(count)) for key, latency, count in self.rows(result)]


def quantile_list() -> str:
    return ", ".join(str(share) for share in QUANTILES)
