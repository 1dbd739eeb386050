"""SQLite, in process, in WAL mode, with the indexes that new-api keeps on its table `logs`."""

import csv
import json
import pathlib
import sqlite3

import pyarrow.parquet as pq

import data
from systems.base import GROUPS, QUANTILES
from systems.sql import SqlSystem

# new-api's indexes in our names; our unique id stands where its upstream request id stands.
INDEXES = ("user_id", "user_id, number", "time, number", "time, outcome", "user_name", "platform_model, user_name", "api_key_name",
           "platform_model", "channel_id", "api_key_id", '"group"', "ip", "request_id", "id")
NUMBERS = ("time", "status_code", "is_stream", "input_tokens", "output_tokens", "cache_read_tokens", "reasoning_tokens", "cost",
           "latency_ms", "ttft_ms")


class Nearest:
    """An aggregate: p50, p95 and p99 by nearest rank, as JSON."""

    def __init__(self):
        self.values = []

    def step(self, value):
        self.values.append(value)

    def finalize(self) -> str:
        self.values.sort()
        count = len(self.values)
        return json.dumps([self.values[max(0, -(-int(share * 100) * count // 100) - 1)] for share in QUANTILES])


class Sqlite(SqlSystem):
    name = "SQLite"

    def version(self) -> str:
        return sqlite3.sqlite_version

    def open(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        self.db = sqlite3.connect(self.directory / "usage.sqlite")
        self.db.create_aggregate("nearest", 1, Nearest)
        # A cache of 256 MiB, reads by memory map, WAL with the usual flush at checkpoints.
        for setting in ("journal_mode = WAL", "synchronous = NORMAL", "cache_size = -262144", "mmap_size = 34359738368", "temp_store = MEMORY"):
            self.db.execute(f"PRAGMA {setting}")
        columns = ", ".join(f'"{name}" {"INTEGER" if name in NUMBERS else "TEXT"}' for name in data.COLUMNS)
        self.db.execute(f"CREATE TABLE IF NOT EXISTS usage (number INTEGER PRIMARY KEY, {columns})")

    def close(self) -> None:
        self.db.close()

    def load(self, files: list[dict[str, str]]) -> None:
        statement = f"INSERT INTO usage ({self.columns}) VALUES ({', '.join('?' * len(data.COLUMNS))})"
        for file in files:
            table = pq.read_table(file["parquet"])
            table = table.set_column(table.schema.get_field_index("time"), "time", table["time"].cast("int64"))
            for batch in table.to_batches(50_000):
                self.db.executemany(statement, zip(*(column.to_pylist() for column in batch.columns)))
            self.db.commit()

    def finish(self) -> None:
        for number, columns in enumerate(INDEXES):
            self.db.execute(f"CREATE INDEX IF NOT EXISTS by_{number} ON usage ({columns})")
        self.db.execute("ANALYZE")
        self.db.commit()
        self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def query(self, sql: str) -> list:
        return self.db.execute(sql.replace("any_value(", "max(")).fetchall()

    def time(self, us: int) -> str:
        return str(us)

    def contains(self, column: str, word: str) -> str:
        return f"{column} LIKE '%{word}%'"

    def bucket(self, length_us: int) -> str:
        return f"time / {length_us} * {length_us}"

    def latencies(self, sketch: bool) -> str:
        return "nearest(latency_ms)"

    def read_summary(self, ask: dict, raw):
        return super().read_summary(ask, [(*row[:-1], json.loads(row[-1])) for row in raw])

    def read_breakdown(self, ask: dict, raw):
        if ask["quantiles"]:
            raw = [(*row[:-1], json.loads(row[-1])) for row in raw]
        return super().read_breakdown(ask, raw)

    def us(self, value) -> int:
        return value

    def export(self, sql: str, file: str) -> None:
        with open(file, "w", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(data.COLUMNS)
            writer.writerows(self.db.execute(sql))
