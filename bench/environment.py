"""The environment of the benchmarks: a virtual one of their own, with the peers and what else they need."""

import os
import pathlib
import subprocess
import sys
import venv

HERE = pathlib.Path(__file__).resolve().parent
ENVIRONMENT = HERE / ".venv"


def is_inside() -> bool:
    return pathlib.Path(sys.prefix).resolve() == ENVIRONMENT


def enter(program: str) -> None:
    """Runs a program again with the packages it needs, installing them when they changed."""
    python, wanted = ENVIRONMENT / "bin" / "python", (HERE / "requirements.txt").read_text()
    installed = ENVIRONMENT / "installed.txt"
    if not installed.exists() or installed.read_text() != wanted:
        print(f"installing the peers into {ENVIRONMENT}", file=sys.stderr)
        venv.create(ENVIRONMENT, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "-r", HERE / "requirements.txt"], check=True)
        installed.write_text(wanted)
    os.execv(python, [python, program, *sys.argv[1:]])
