"""DuckDB, in process, on a database file."""

import datetime

import duckdb

import data
from systems.sql import SqlSystem, quantile_list

# Closed vocabularies are enums, as its performance guide advises; names that grow stay VARCHAR, which it compresses
# by dictionary. Ids are UUID: ordered by time, so that its zone maps find one. No index: the zone maps serve better.
ENUMS = {"source": ("virtual_key", "playground"), "outcome": ("success", "error"), "billing_mode": ("per_token", "per_call"),
         "group": ("default", "vip", "batch")}
NUMBERS = {"status_code": "USMALLINT", "is_stream": "BOOLEAN", "cost": "BIGINT", "time": "TIMESTAMP", "id": "UUID"} | {
    name: "INTEGER" for name in ("input_tokens", "output_tokens", "cache_read_tokens", "reasoning_tokens", "latency_ms", "ttft_ms")}
EPOCH = datetime.datetime(1970, 1, 1)


class DuckDb(SqlSystem):
    name = "DuckDB"

    def version(self) -> str:
        return duckdb.__version__

    def open(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        self.db = duckdb.connect(str(self.directory / "usage.duckdb"), config={"threads": 2})
        if not self.query("SELECT 1 FROM duckdb_tables() WHERE table_name = 'usage'"):
            types = {name: f"ENUM {values}" for name, values in ENUMS.items()} | NUMBERS
            columns = [f'"{name}" {types.get(name, "VARCHAR")}' for name in data.COLUMNS]
            self.query(f"CREATE TABLE usage ({', '.join(columns)})")

    def close(self) -> None:
        (self.used_bytes,), = self.query("SELECT used_blocks * block_size FROM pragma_database_size()")
        self.db.close()

    def disk_bytes(self) -> int:
        """The blocks in use: what its file holds for later rows is none of these."""
        return self.used_bytes

    def load(self, files: list[dict[str, str]]) -> None:
        for file in files:
            self.query(f"INSERT INTO usage SELECT {self.columns} FROM '{file['parquet']}'")

    def finish(self) -> None:
        self.query("CHECKPOINT")

    def query(self, sql: str) -> list:
        return self.db.execute(sql).fetchall()

    def time(self, us: int) -> str:
        return f"make_timestamp({us})"

    def page(self, where: str, order: str, limit: int, offset: int) -> str:
        if offset == 0:
            return f"SELECT {self.columns} FROM usage WHERE {where} ORDER BY {order} LIMIT {limit}"
        # Deep pages: sorting row numbers alone and fetching the rows after is six times faster.
        numbers = f"SELECT rowid FROM usage WHERE {where} ORDER BY {order} LIMIT {limit} OFFSET {offset}"
        return f"SELECT {self.columns} FROM usage WHERE rowid IN ({numbers}) ORDER BY {order}"

    def bucket(self, length_us: int) -> str:
        return "date_trunc('hour', time)" if length_us == data.HOUR else f"time_bucket(to_microseconds({length_us}), time, TIMESTAMP '1970-01-01')"

    def latencies(self, sketch: bool) -> str:
        return f"{'approx_quantile' if sketch else 'quantile_disc'}(latency_ms, [{quantile_list()}])"

    def us(self, value) -> int:
        return (value - EPOCH) // datetime.timedelta(microseconds=1)

    def export(self, sql: str, file: str) -> None:
        self.query(f"COPY ({sql}) TO '{file}' (FORMAT csv, HEADER)")

    def code_files(self):
        import _duckdb
        return [_duckdb.__file__]
