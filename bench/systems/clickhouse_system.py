"""ClickHouse, in process (chdb), on a MergeTree ordered by time."""

import datetime
import pathlib

import chdb
import orjson
from chdb import session

import data
from systems.sql import SqlSystem, quantile_list

# LowCardinality below ten thousand values, as its documentation advises; ids by a bloom filter.
TYPES = {"id": "UUID", "request_id": "FixedString(32)", "time": "DateTime64(6, 'UTC')", "status_code": "UInt16", "is_stream": "Bool",
         "cost": "Int64", "ip": "IPv4", "error": "String"} | {
    name: "UInt32" for name in ("input_tokens", "output_tokens", "cache_read_tokens", "reasoning_tokens", "latency_ms", "ttft_ms")}
EPOCH = datetime.datetime(1970, 1, 1)


class ClickHouse(SqlSystem):
    name = "ClickHouse"
    failed = "countIf(outcome = 'error')"
    distinct = "uniqExact({})"

    def version(self) -> str:
        return f"{self.rows(self.query('SELECT version()'))[0][0]} (chdb {chdb.__version__})"

    def open(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        self.db = session.Session(str(self.directory / "data"))
        self.db.query("SET max_threads = 2")
        columns = ", ".join(f"`{name}` {TYPES.get(name, 'LowCardinality(String)')}" for name in data.COLUMNS)
        self.db.query("CREATE DATABASE IF NOT EXISTS bench")
        self.db.query("USE bench")
        self.db.query(f"CREATE TABLE IF NOT EXISTS usage ({columns}, INDEX by_id id TYPE bloom_filter GRANULARITY 1) "
                      f"ENGINE = MergeTree ORDER BY time SETTINGS old_parts_lifetime = 1")

    def close(self) -> None:
        active = self.query("SELECT sum(bytes_on_disk) FROM system.parts WHERE table = 'usage' AND active")
        self.active_bytes = int(self.rows(active)[0][0])
        self.db.close()

    def disk_bytes(self) -> int:
        """The parts in use: those they were merged from go a little later."""
        return self.active_bytes

    def load(self, files: list[dict[str, str]]) -> None:
        columns = self.columns.replace('"error"', "ifNull(error, '')")
        for file in files:
            self.db.query(f"INSERT INTO usage SELECT {columns} FROM file('{file['parquet']}', Parquet)")

    def finish(self) -> None:
        """Merges to one part."""
        self.db.query("OPTIMIZE TABLE usage FINAL")

    def query(self, sql: str):
        return self.db.query(sql, "JSONCompactEachRow").bytes()

    def rows(self, result) -> list:
        return [orjson.loads(line) for line in result.splitlines()]

    def time(self, us: int) -> str:
        return f"fromUnixTimestamp64Micro({us}, 'UTC')"

    def bucket(self, length_us: int) -> str:
        return "toStartOfHour(time)" if length_us == data.HOUR else f"toStartOfInterval(time, INTERVAL {length_us // data.SECOND} SECOND)"

    def latencies(self, sketch: bool) -> str:
        return f"{'quantilesTDigest' if sketch else 'quantilesExact'}({quantile_list()})(latency_ms)"

    def us(self, value) -> int:
        return (datetime.datetime.fromisoformat(value) - EPOCH) // datetime.timedelta(microseconds=1)

    def export(self, sql: str, file: str) -> None:
        self.db.query(f"INSERT INTO FUNCTION file('{file}', CSVWithNames) {sql}")

    def code_files(self):
        return [str(file) for file in pathlib.Path(chdb.__file__).parent.parent.glob("chdb*/**/*.so")]
