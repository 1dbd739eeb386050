"""What every system can do, and the form of answers that are compared."""

import os
import pathlib
from collections.abc import Iterable

# By what a breakdown groups: the key's column and the column that names it.
GROUPS = {"user": ("user_id", "user_name"), "model": ("platform_model", None), "provider": ("provider", None),
          "api_key": ("api_key_id", "api_key_name")}
QUANTILES = (0.5, 0.95, 0.99)


class Missing(Exception):
    """The system has no such question yet."""


class System:
    """One system on its own directory. Answers have the same form everywhere:

    list      {"rows": [tuple of data.COLUMNS, …], "total": n or None}
    event     {"rows": [tuple], "total": None}
    summary   {name: number}, latencies under "quantiles"
    breakdown [{"key", "name", "requests", "total_tokens", "cost", "errors", "quantiles"?}, …] and "total" groups
    others    sorted tuples
    """

    name = ""

    def __init__(self, directory: str, settings):
        self.directory, self.settings = pathlib.Path(directory), settings

    def version(self) -> str:
        raise NotImplementedError

    def open(self) -> None:
        """Starts on what the directory holds."""
        raise NotImplementedError

    def close(self) -> None:
        """Ends; everything is on the disk."""
        raise NotImplementedError

    def load(self, files: list[dict[str, str]]) -> None:
        """Takes in chunks, by the fastest way the system has."""
        raise NotImplementedError

    def finish(self) -> None:
        """Does what the system's makers advise after a load: merges, checkpoints, statistics."""

    def ask(self, ask: dict):
        """Answers as the system does; this is what is timed."""
        raise NotImplementedError

    def read(self, ask: dict, raw):
        """The comparable form of an answer."""
        raise NotImplementedError

    def pid(self) -> int:
        """The process whose memory counts."""
        return os.getpid()

    def code_files(self) -> Iterable[str]:
        """Program files; they are read before a cold start, so that only the data is cold."""
        return ()

    def disk_bytes(self) -> int:
        """What the files take, whether written or only reserved."""
        return sum(file.stat().st_blocks * 512 for file in self.directory.rglob("*") if file.is_file())
