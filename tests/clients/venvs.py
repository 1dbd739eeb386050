"""One virtual environment per requirements file, kept outside the checkout and reused while the file is unchanged."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
UNREACHABLE = re.compile(
    r"NewConnectionError|ConnectTimeout|ReadTimeout|ConnectionError|Connection refused|Network is unreachable"
    r"|Temporary failure in name resolution|Name or service not known|ProxyError|SSLError|Max retries exceeded"
)


class Unreachable(Exception):
    """PyPI could not be reached."""


def cache_folder() -> Path:
    return Path(os.environ.get("DAYBOOK_CLIENTS_CACHE") or Path.home() / ".cache" / "daybook-clients")


def python_of(group: str, requirements: Path | None = None) -> Path:
    """The interpreter of the group's environment, made when there is none yet. Tests of other folders name their own file.

    Raises `Unreachable` when PyPI cannot be reached, and `SystemExit` when the packages do not install.
    """
    requirements = requirements or HERE / f"requirements-{group}.txt"
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    key = hashlib.sha256(requirements.read_bytes() + version.encode()).hexdigest()[:12]
    folder = cache_folder() / f"{group}-{key}"
    python = folder / "bin" / "python"
    ready = folder / "complete"  # written last: an interrupted installation starts again
    if not ready.exists():
        print(f"installing {group} into {folder}", file=sys.stderr, flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        make(folder)
        install(python, requirements)
        ready.touch()
    return python


def make(folder: Path) -> None:
    made = subprocess.run([sys.executable, "-m", "venv", folder], capture_output=True, text=True)
    if made.returncode != 0:
        raise SystemExit(f"python3 -m venv failed; on Debian install python3-venv:\n{made.stdout}{made.stderr}")


def install(python: Path, requirements: Path) -> None:
    command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries", "2"]
    done = subprocess.run([*command, "--timeout", "30", "-r", requirements], capture_output=True, text=True)
    if done.returncode == 0:
        return
    if UNREACHABLE.search(done.stdout + done.stderr):
        raise Unreachable(requirements.name)
    raise SystemExit(f"{requirements.name} did not install:\n{done.stdout}{done.stderr}")
