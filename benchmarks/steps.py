"""Steps of a benchmark that run in children, and the world that benchmarks share."""

import shutil
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.children import measured
from hitcast.core.home import Home


def step(module: str, home: Home, *arguments: str, **environment: str) -> dict[str, Any]:
    """Says on the terminal what begins, runs it in a child and returns what that measured."""
    print(
        f"{time.strftime('%H:%M:%S')} {module} {' '.join(arguments)} on {home.root.name}", file=sys.stderr, flush=True
    )
    return measured(module, *arguments, home=home.root, **environment)


def world(home: Home, rows: int) -> dict[str, Any] | None:
    """Makes and lands a world once, VK's CSVs by themselves; a whole one is used again.

    Returns:
        What the landing of VK's CSVs took; null where the world stood.
    """
    stamp = _stamp(home)
    if stamp.exists():
        return None
    _empty(home)
    step("worlds", home, "demo", str(rows))
    step("worlds", home, "land", "first/catalog", "first/tiktok")
    landed = step("worlds", home, "land", "first/vk")
    step("worlds", home, "land", "corrections")
    stamp.touch()
    return landed


def copied_world(home: Home, source: Home, copies: int) -> None:
    """Makes a landing that holds another's several times over; a whole one is used again."""
    stamp = _stamp(home)
    if not stamp.exists():
        _empty(home)
        step("worlds", home, "multiply", str(source.root), str(copies))
        stamp.touch()


def _stamp(home: Home) -> Path:
    return home.root / "whole"


def _empty(home: Home) -> None:
    """Deletes what a killed benchmark left."""
    shutil.rmtree(home.root, ignore_errors=True)
    home.root.mkdir(parents=True)
