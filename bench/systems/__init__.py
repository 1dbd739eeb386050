"""The systems compared. Each runs in a process of its own and is asked through the same methods."""

import importlib

CLASSES = {"daybook": "Daybook", "duckdb": "DuckDb", "clickhouse": "ClickHouse", "sqlite": "Sqlite"}


def make(name: str, directory: str, settings):
    """The system of a name, on a data directory of its own."""
    return getattr(importlib.import_module(f"systems.{name}_system"), CLASSES[name])(directory, settings)
