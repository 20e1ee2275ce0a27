"""What the makers of bad exports share: a register of them, and one good export to spoil."""

from collections.abc import Callable
from pathlib import Path

HEADER = "stream_date,isrc,territory,streams"
ROW = "2024-03-01,RUA0A2400001,RU,10"
CSV = f"{HEADER}\n{ROW}\n"

Maker = Callable[[Path], Path]
MAKERS: dict[str, Maker] = {}


def maker(function: Maker) -> Maker:
    """Registers a kind by its name: takes an empty folder, returns what is delivered."""
    MAKERS[function.__name__] = function
    return function


def write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path
