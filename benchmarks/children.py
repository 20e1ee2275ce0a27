"""Measurements in processes of their own, so that each has its own peak of memory and a fresh DuckDB."""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

from hitcast.core.errors import HitcastError
from hitcast.core.home import PROJECT_DIR


def measured(module: str, *arguments: str, home: Path, **environment: str) -> dict[str, Any]:
    """Runs `python -m benchmarks.<module>` and returns what it printed last, as JSON.

    Args:
        module: Module of this package.
        arguments: Its command line.
        home: The home it works on, as HITCAST_HOME.
        environment: Further environment variables.

    Raises:
        HitcastError: It failed; carries the end of what it said.
    """
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{module}", *arguments],
        cwd=PROJECT_DIR,
        env={**os.environ, "HITCAST_HOME": str(home), "POLARS_MAX_THREADS": "2", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise HitcastError(f"failed: {(done.stderr or done.stdout)[-2000:]}", f"benchmarks.{module}")
    measures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return measures


def report(**measures: Any) -> None:
    """Prints what a child measured, with the peak of its memory in MB (2^20 bytes)."""
    print(json.dumps(measures | {"peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
