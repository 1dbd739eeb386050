"""Reads Parquet files with DuckDB and prints what a query finds, as JSON: read.py QUERY. For the tests of the archive."""

import json
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "clients"))

from venvs import Unreachable, python_of  # noqa: E402

HERE = Path(__file__).parent


def main() -> None:
    if os.environ.get("DAYBOOK_S3_INSIDE"):
        import duckdb

        duckdb.sql("SET TimeZone = 'UTC'")
        print(json.dumps(duckdb.sql(sys.argv[1]).fetchall(), default=str))
        return
    try:
        python = python_of("s3", HERE / "requirements.txt")
    except Unreachable as error:
        raise SystemExit(f"PyPI cannot be reached: {error}") from error
    os.environ["DAYBOOK_S3_INSIDE"] = "1"
    os.execv(python, [str(python), *sys.argv])


if __name__ == "__main__":
    main()
