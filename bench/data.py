"""The data: usage events of 90 days, the same for every system and every run.

Chunks are generated alone, from the seed and their number, so that any number of events fits on the disk. Times are
unique: every event has a slot of its own in the 90 days. Ids are UUIDv7 of their time. Money is whole nano-USD.
"""

import pathlib

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

SEED = 20_261_101
CHUNK_ROWS = 500_000
SECOND, HOUR, DAY = 1_000_000, 3_600_000_000, 86_400_000_000
DAYS = 90
# 2026-11-01T00:00:00Z: fixed, so that runs compare.
END_US = 1_793_491_200 * SECOND
START_US = END_US - DAYS * DAY

USERS, KEYS, MODELS, WORKSPACES = 5_000, 8_000, 60, 25
FAMILIES = ("aurora", "borealis", "cumulus", "dolomite", "ember", "fjord", "glacier", "harbor", "isthmus", "juniper")
SIZES = ("nano", "mini", "base", "plus", "ultra", "vision")
PROVIDERS = ("northwind", "lakeside", "summit", "orchard", "meadow", "tundra", "canyon", "prairie")
GIVEN = ("ana", "bruno", "carla", "dmitri", "elena", "farid", "greta", "hugo", "ines", "jonas", "katya", "liam", "mira",
         "noah", "olga", "pavel", "quinn", "rosa", "sven", "tara", "umar", "vera", "wanda", "yusuf", "zoe")
FAMILY = ("almeida", "becker", "castro", "dubois", "eriksen", "fischer", "garcia", "hansen", "ivanov", "jensen", "kowalski",
          "lindberg", "moreau", "novak", "okafor", "petrov", "quiroga", "rossi", "suzuki", "tanaka")
# Endpoint and protocol by size; the last size of a family speaks another protocol.
SPOKEN = (("/v1/chat/completions", "openai_chat"), ("/v1/responses", "openai_responses"), ("/v1/messages", "anthropic_messages"))
ERROR_STATUS = np.array([429, 500, 502, 503, 400, 504])
ERROR_TEXT = ("rate limit reached, retry after {} s", "upstream answered 500 after {} ms", "connection reset after {} bytes",
              "no capacity in zone {}", "context length {} exceeded", "upstream timeout after {} ms",
              "quota of {} requests used up", "internal failure, worker {}")

# Columns every system holds, in this order. `outcome` is what Daybook derives from the status.
COLUMNS = ("id", "request_id", "time", "workspace_id", "user_id", "user_name", "api_key_id", "api_key_name", "source",
           "endpoint", "protocol", "platform_model", "upstream_model", "upstream_name", "provider", "channel_id",
           "billing_mode", "group", "outcome", "status_code", "is_stream", "input_tokens", "output_tokens",
           "cache_read_tokens", "reasoning_tokens", "cost", "latency_ms", "ttft_ms", "ip", "error")


def user_name(user: int) -> str:
    return f"{GIVEN[user % 25]}.{FAMILY[user // 25 % 20]}{user // 500}@example.com"


def model_name(model: int) -> str:
    return f"{FAMILIES[model % 10]}-{SIZES[model // 10]}"


def slot_us(index: np.ndarray | int, rows: int) -> np.ndarray:
    """Where the slot of the event of an index begins: days are busier in the afternoon than at night."""
    even = np.asarray(index, dtype=np.float64) * (DAYS * DAY / rows)
    swing = 0.5 * DAY / (2 * np.pi) * (np.sin(2 * np.pi * even / DAY + 1) - np.sin(1))
    return START_US + np.floor(even + swing).astype(np.int64)


def chunk_count(rows: int) -> int:
    return -(-rows // CHUNK_ROWS)


def chunk(number: int, rows: int) -> pa.Table:
    """The events of a chunk in the order of arrival: roughly that of time, one in fifty late."""
    dice = np.random.default_rng([SEED, rows, number])
    index = np.arange(number * CHUNK_ROWS, min((number + 1) * CHUNK_ROWS, rows))
    begin, end = slot_us(index, rows), slot_us(index + 1, rows)
    time_us = begin + (dice.random(len(index)) * (end - begin)).astype(np.int64)
    delay = np.where(dice.random(len(index)) < 0.02, dice.exponential(1200, len(index)) * SECOND, 0)
    return events(dice, time_us[np.argsort(time_us + delay, kind="stable")])


def events(dice: np.random.Generator, time_us: np.ndarray) -> pa.Table:
    """One event for each time, with the columns `COLUMNS`."""
    count = len(time_us)
    key, model = zipf(dice, KEYS, count), zipf(dice, MODELS, count)
    user = key % USERS
    failed = dice.random(count) < 0.03
    kind = dice.integers(0, len(ERROR_TEXT), count)
    whole = np.clip(dice.lognormal(7.0, 1.1, count), 8, 200_000).astype(np.int64)
    written = np.where(failed, 0, np.clip(dice.lognormal(5.5, 1.0, count), 1, 16_000).astype(np.int64))
    cached = (whole * np.maximum(dice.random(count) - 0.4, 0)).astype(np.int64)
    reasoning = (written * np.maximum(dice.random(count) - 0.6, 0)).astype(np.int64)
    price = 100 * (1 + model // 10 * 12)  # nano-USD per token of input
    cost = np.where(failed, 0, ((whole - cached) * 10 + cached) * price // 10 + written * price * 4)
    latency = np.clip(dice.lognormal(7.5, 0.8, count), 1, 600_000).astype(np.int64)
    ids = ids_v7(dice, time_us)
    drawn = {
        "id": ids, "request_id": text_of(HEX[dice.integers(0, 256, (count, 16), dtype=np.uint8)].reshape(count, 32)),
        "time": pa.array(time_us, pa.timestamp("us")),
        "source": pick(("virtual_key", "playground"), (dice.random(count) < 0.1).astype(np.int32)),
        "channel_id": pick([str(channel) for channel in range(1, 41)], model % 20 * 2 + dice.integers(0, 2, count)),
        "group": pick(("default", "vip", "batch"), dice.choice(3, count, p=(0.8, 0.15, 0.05))),
        "outcome": pick(("success", "error"), failed.astype(np.int32)),
        "status_code": np.where(failed, ERROR_STATUS[kind % 6], 200).astype(np.int32),
        "is_stream": dice.random(count) < 0.7,
        "input_tokens": whole, "output_tokens": written, "cache_read_tokens": cached, "reasoning_tokens": reasoning,
        "cost": cost, "latency_ms": latency, "ttft_ms": np.minimum(latency, 50 + latency // 5),
        "ip": pick([f"10.{at >> 10}.{at >> 2 & 255}.{at & 3}" for at in range(USERS * 4)], user * 4 + dice.integers(0, 4, count)),
        "error": error_texts(failed, kind, dice.integers(1, 1000, count)),
    }
    of_key, of_model = key_columns(), model_columns()
    drawn |= {name: pick(values, key) for name, values in of_key.items()}
    drawn |= {name: pick(values, model) for name, values in of_model.items()}
    return pa.table({name: drawn[name] for name in COLUMNS})


def key_columns() -> dict[str, list[str]]:
    """What follows from the API key."""
    keys = range(KEYS)
    return {
        "workspace_id": [f"ws_{key % USERS % WORKSPACES}" for key in keys],
        "user_id": [f"u_{key % USERS}" for key in keys], "user_name": [user_name(key % USERS) for key in keys],
        "api_key_id": [f"k_{key}" for key in keys],
        "api_key_name": [f"{GIVEN[key % USERS % 25]}-{('prod', 'staging', 'notebook')[key % 3]}-{key}" for key in keys],
    }


def model_columns() -> dict[str, list[str]]:
    """What follows from the model."""
    models = range(MODELS)
    provider = [PROVIDERS[model % len(PROVIDERS)] for model in models]
    return {
        "endpoint": [SPOKEN[model % 3][0] for model in models], "protocol": [SPOKEN[model % 3][1] for model in models],
        "platform_model": [model_name(model) for model in models],
        "upstream_model": [f"{model_name(model)}-2026-0{1 + model % 9}" for model in models], "provider": provider,
        "upstream_name": [f"{name}-{('eu', 'us', 'ap')[model % 3]}" for model, name in zip(models, provider)],
        "billing_mode": ["per_call" if model >= 55 else "per_token" for model in models],
    }


def zipf(dice: np.random.Generator, kinds: int, count: int) -> np.ndarray:
    """Ranks from 0, each drawn in inverse proportion to rank + 1."""
    shares = np.cumsum(1 / np.arange(1, kinds + 1))
    return np.searchsorted(shares, dice.random(count) * shares[-1]).clip(max=kinds - 1)


HEX = np.array([list(b"%02x" % byte) for byte in range(256)], dtype=np.uint8)


def ids_v7(dice: np.random.Generator, time_us: np.ndarray) -> pa.Array:
    """UUIDv7 as text: milliseconds of the time, then chance (RFC 9562, section 5.7)."""
    octets = dice.integers(0, 256, (len(time_us), 16), dtype=np.uint8)
    octets[:, :6] = (time_us // 1000).astype(">u8").view(np.uint8).reshape(-1, 8)[:, 2:]
    octets[:, 6] = octets[:, 6] & 0x0F | 0x70
    octets[:, 8] = octets[:, 8] & 0x3F | 0x80
    digits = HEX[octets].reshape(-1, 32)
    dash = np.full((len(digits), 1), ord("-"), dtype=np.uint8)
    parts = (digits[:, :8], dash, digits[:, 8:12], dash, digits[:, 12:16], dash, digits[:, 16:20], dash, digits[:, 20:])
    return text_of(np.concatenate(parts, axis=1))


def text_of(letters: np.ndarray) -> pa.Array:
    """Rows of ASCII codes as texts."""
    count, width = letters.shape
    offsets = np.arange(count + 1, dtype=np.int32) * width
    return pa.StringArray.from_buffers(count, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(letters)))


def pick(values, index: np.ndarray) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(index, pa.int32()), pa.array(list(values)))


def error_texts(failed: np.ndarray, kind: np.ndarray, number: np.ndarray) -> pa.Array:
    texts: list[str | None] = [None] * len(failed)
    for at in np.flatnonzero(failed):
        texts[at] = ERROR_TEXT[kind[at]].format(number[at])
    return pa.array(texts, pa.string())


def json_lines(table: pa.Table, extra: pa.Array | None = None) -> pa.StringArray:
    """Each event as a line for Daybook; `extra` is JSON put before the closing brace."""
    pieces: list = ['{"stream":"usage"']
    for name in COLUMNS:
        column = table[name].combine_chunks()
        if name == "outcome":
            continue  # Daybook derives it
        if name == "error":
            pieces.append(pc.fill_null(pc.binary_join_element_wise(',"error":"', column, '"', ""), ""))
        elif name == "time":
            pieces += [',"time":"', pc.replace_substring(column.cast(pa.string()), " ", "T"), 'Z"']
        elif name == "cost":
            pieces += [',"cost":', usd(column)]
        elif pa.types.is_dictionary(column.type):
            members = [f',"{name}":"{value}"' for value in column.dictionary.to_pylist()]
            pieces.append(pa.array(members).take(column.indices))
        else:
            quote = '"' if pa.types.is_string(column.type) else ""
            pieces += [f',"{name}":{quote}', column.cast(pa.string()), quote]
    if extra is not None:
        pieces.append(extra)
    return pc.binary_join_element_wise(*pieces, "}\n", "")


def usd(nano: pa.Array) -> pa.Array:
    """Nano-USD as decimal numbers of USD."""
    whole = pc.divide(nano, 1_000_000_000)
    rest = pc.subtract(nano, pc.multiply(whole, 1_000_000_000))
    return pc.binary_join_element_wise(whole.cast(pa.string()), pc.utf8_lpad(rest.cast(pa.string()), 9, "0"), ".")


def lines_bytes(lines: pa.StringArray, begin: int = 0, end: int | None = None) -> bytes:
    """Some of the lines as one body, without building each."""
    offsets = np.frombuffer(lines.buffers()[1], dtype=np.int32)
    end = len(lines) if end is None else end
    return lines.buffers()[2][int(offsets[begin]):int(offsets[end])].to_pybytes()


def write(table: pa.Table, stem: pathlib.Path) -> dict[str, str]:
    """Writes a chunk as files each system likes to read; returns them by format."""
    files = {"parquet": f"{stem}.parquet", "ndjson": f"{stem}.ndjson"}
    pq.write_table(table, files["parquet"], compression="lz4", row_group_size=125_000)
    with open(files["ndjson"], "wb") as file:
        file.write(lines_bytes(json_lines(table)))
    return files
