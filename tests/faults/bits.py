"""One bit of a file turned over, and what becomes of it."""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import duckdb

from hitcast.core.errors import HitcastError


def flip(path: Path, chance: random.Random) -> bytes:
    """Turns one bit of a file over; returns what it held before."""
    content = path.read_bytes()
    spoiled = bytearray(content)
    spoiled[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    path.write_bytes(spoiled)
    return content


def tally(name: str, files: Sequence[Path], count: int, read: Callable[[Path], Any]) -> Counter[str]:
    """Turns over one bit at a time in files chosen at random, and counts what becomes of it.

    Args:
        name: Of what is damaged, for the figures.
        files: Files to choose from.
        count: How many bits.
        read: Reads what forecasts, advice or readers take from a file; any error but `HitcastError` is a traceback.

    Returns:
        How many were noticed; harmless, as the same was read; missed, as something else was read.
    """
    chance, found = random.Random(7), Counter[str]()
    expected = {file: read(file) for file in files}
    for _ in range(count):
        file = chance.choice(files)
        before = flip(file, chance)
        try:
            found["harmless" if read(file) == expected[file] else "missed"] += 1
        except HitcastError as error:
            assert str(error).count("\n") == 0
            found["noticed"] += 1
        finally:
            file.write_bytes(before)
    print(f"{name}: {count} bits, {dict(found)}")
    return found


def tables_of(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Every table of a DuckDB file, all columns of all rows, as a number each."""
    listed = "select schema_name || '.' || table_name from duckdb_tables() where not internal order by all"
    names = [name for (name,) in connection.execute(listed).fetchall()]
    return {name: connection.execute(f"select count(*), sum(hash(t)) from {name} t").fetchall() for name in names}
