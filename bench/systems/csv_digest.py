"""What an exported file holds, regardless of the order of its rows."""

import decimal
import hashlib
import pathlib

import pyarrow.csv

SUMS = ("input_tokens", "output_tokens", "latency_ms")
COST = decimal.Context(prec=40)


def digest(file: pathlib.Path, cost_in_usd: bool) -> dict:
    """Rows, sums and a digest of all ids; the file is removed."""
    text = {"id": pyarrow.string(), "cost": pyarrow.string()}
    options = pyarrow.csv.ConvertOptions(column_types=text, include_columns=["id", "cost", *SUMS])
    table = pyarrow.csv.read_csv(file, convert_options=options)
    file.unlink()
    ids = hashlib.sha256("\n".join(sorted(table["id"].to_pylist())).encode()).hexdigest()
    costs = table["cost"].to_pylist()
    nano = sum(int(decimal.Decimal(cost).scaleb(9, COST)) for cost in costs) if cost_in_usd else sum(map(int, costs))
    return {"rows": len(table), "ids": ids, "cost": nano} | {name: sum(table[name].to_pylist()) for name in SUMS}
