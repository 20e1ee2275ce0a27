"""Exports spoiled at random: every step is drawn from one generator, so that a seed gives the same export again."""

import gzip
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.ingest.bad_exports.writers import Export, Grid, write_csv, write_parquet, write_xlsx

Step = Callable[[random.Random, Any], str]

COLUMNS = {
    "vk_stream_days": ["stream_date", "isrc", "territory", "gender", "source", "streams", "listeners"],
    "tiktok_sound_days": ["activity_date", "sound_id", "isrc", "territory", "views", "average_play_seconds"],
    "catalog_tracks": ["upc", "isrc", "release_title", "artist_id", "artist_name", "release_date", "is_explicit"],
}
ODD_CELLS = (
    "", " ", "\u00a0", "\u200b", "\ufeff", "\0", "x\0y", "-1", "1e3", "NaN", "inf", "null", "1,234", "1 234", "12.5",
    "0", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "1e400", "0x1F", "١٢", "2024-02-31",
    "0001-01-01", "9999-12-31", "01.03.2024", "03/01/24", "epoch", "infinity", "2024-03-01 10:00:00", "=1+1",
    '="460"', "@x", "'7", '"', '""', 'a"b', "a,b", "a;b", "a\nb", "a\r\nb", "a\rb", "\n", "<script>",
    "'; drop table staged; --", "RU-A0A-24-00001", "ru a0a 24 00002", "RUА0А2400002", "4.6007E+12",
    "7012345678901234567.0", "ё" * 300, "x" * 70_000, "😀", "e\u0301", "{}", "$paths", "\\", "\\N", "#N/A", "true",
    "Да", "\t", "\x1b[31m", "\x85", "\u2028", "stream_date", "012345678905", "12345678905",
    "RUA0A240001", "RUA0A24000012", "RUA0A24O0002", "RU_A0A_24_00003", "RUA0A2400001;RUA0A2400002", "2024-03-02", "-",
    "n/a", "Итого", "GRAND TOTAL", "All", "4 600700 000018", "4600700000018", "4600700000019", "Female", "stories",
)  # fmt: skip
ODD_WORDS = ("Female", "MALE", "stories", "radio", "Плейлист", "PLAYLIST", "Все", "Total", "own music", "unknown", "")
ODD_BYTES = (
    b"\0",
    b"\xff",
    b"\xfe\xff",
    b"\xef\xbb\xbf",
    b"\x80",
    b"\r",
    b"\n",
    b"\r\n",
    b'"',
    b",",
    b";",
    b"\t",
    b"\x1a",
    b"PAR1",
)
ODD_HEADERS = ("", "STREAMS", " isrc ", "\ufeffisrc", "x\0", 'a"b', "a\nb", "select", "c0", "file_index")
KINDS = ("csv", "csv", "csv", "csv.gz", "xlsx", "parquet", "parquet")


def spoiled(seed: int, folder: Path) -> Export:
    """Writes the export of a seed.

    Args:
        seed: What everything is drawn from.
        folder: Empty folder to write it to.
    """
    draw = random.Random(seed)
    table = draw.choice(sorted(COLUMNS))
    kind = draw.choice(KINDS)
    export = Export(table, folder / f"export.{kind}", [f"{table} as {kind}"])
    grid = _grid(draw, table)
    _apply(draw, GRID_STEPS, draw.choice((0, 1, 1, 2, 3)), grid, export)
    if kind == "xlsx":
        write_xlsx(draw, export.path, grid)
    elif kind == "parquet":
        write_parquet(draw, export, grid)
    else:
        write_csv(draw, export, grid)
    if export.rows is None and kind in ("xlsx", "parquet"):
        export.rows = sum(any(row) for row in grid[1:]) if kind == "xlsx" else len(grid) - 1
    if draw.random() < 0.45:
        export.rows = None
        content = bytearray(export.path.read_bytes())
        _apply(draw, BYTE_STEPS, draw.choice((1, 1, 2, 4)), content, export)
        export.path.write_bytes(content)
    if draw.random() < 0.04:
        export.rows = None
        export.path = export.path.rename(folder / f"export.{draw.choice(KINDS)}")
        export.steps.append(f"called {export.path.name}")
    return export


def _grid(draw: random.Random, table: str) -> Grid:
    """A good export, with a few rows of one key."""
    makers: dict[str, Callable[[], str]] = {
        "isrc": lambda: f"RUA0A24{draw.randrange(12):05}",
        "upc": lambda: f"46007000{draw.randrange(6):05}",
        "sound_id": lambda: str(7012345678901234560 + draw.randrange(9)),
        "territory": lambda: draw.choice(("RU", "KZ")),
        "gender": lambda: draw.choice(("female", "male", "")),
        "source": lambda: draw.choice(("playlist", "search", "other")),
        "average_play_seconds": lambda: f"{draw.random() * 30:.2f}",
        "release_title": lambda: draw.choice(("Ближе", "Closer, please", 'The "One"')),
        "artist_id": lambda: str(draw.randrange(5)),
        "artist_name": lambda: draw.choice(("Дикий Кот", "Ghost & Co")),
        "is_explicit": lambda: draw.choice(("true", "false", "")),
    }
    header = COLUMNS[table]

    def number() -> str:
        return str(draw.randrange(999))

    rows = [
        [
            f"2024-03-0{draw.randrange(1, 4)}"
            if name.endswith("date")
            else makers.get(name, lambda: str(draw.randrange(999)))()
            for name in header
        ]
        for _ in range(draw.choice((1, 4, 12, 40)))
    ]
    return [list(header), *rows]


def _apply(draw: random.Random, steps: Sequence[Step], times: int, what: Grid | bytearray, export: Export) -> None:
    for _ in range(times):
        step = draw.choice(steps)
        if len(what) > 0:
            export.steps.append(f"{step.__name__.strip('_')} {step(draw, what)}")


def _odd_cell(draw: random.Random, grid: Grid) -> str:
    row = draw.randrange(len(grid))
    column = draw.randrange(len(grid[row])) if grid[row] else 0
    grid[row][column : column + 1] = [draw.choice(ODD_CELLS)]
    return f"row {row}, column {column}: {grid[row][column][:20]!r}"


def _odd_column(draw: random.Random, grid: Grid) -> str:
    column, cells = draw.randrange(len(grid[0]) or 1), draw.sample(ODD_CELLS, 3)
    for row in grid[1:]:
        row[column : column + 1] = [draw.choice(cells)]
    return f"{column}: {[cell[:20] for cell in cells]}"


def _other_row(draw: random.Random, grid: Grid) -> str:
    width, place = len(grid[0]), draw.randrange(len(grid) + 1)
    kind = draw.choice(("header", "blank", "empty fields", "totals", "twin", "short", "long", "comment"))
    rows = {
        "header": list(grid[0]),
        "blank": [],
        "empty fields": [""] * width,
        "totals": ["Total", *[""] * max(width - 2, 0), "99"],
        "twin": list(draw.choice(grid)),
        "short": list(draw.choice(grid))[:-1],
        "long": [*draw.choice(grid), "more"],
        "comment": ["# comment"],
    }
    grid.insert(place, rows[kind])
    return f"{kind} at {place}"


def _other_words(draw: random.Random, grid: Grid) -> str:
    """Words in any case, unforeseen ones, and totals, which may leave rows of one key."""
    columns = [i for i, name in enumerate(grid[0]) if name in ("gender", "source")]
    if not columns:
        return "of none"
    column, words = draw.choice(columns), draw.sample(ODD_WORDS, 3)
    for row in grid[1:]:
        if len(row) > column and draw.random() < 0.3:
            row[column] = draw.choice(words)
    return f"{column}: {words}"


def _swapped_cells(draw: random.Random, grid: Grid) -> str:
    """Two columns that changed places in one row."""
    row = draw.choice(grid)
    if len(row) < 2:
        return "none"
    one, other = draw.sample(range(len(row)), 2)
    row[one], row[other] = row[other], row[one]
    return f"{one} and {other}"


def _other_header(draw: random.Random, grid: Grid) -> str:
    column = draw.randrange(len(grid[0]) or 1)
    names = (
        "",
        grid[0][0] if grid[0] else "",
        "STREAMS",
        " isrc ",
        "\ufeffisrc",
        "x\0",
        'a"b',
        "a\nb",
        "select",
        "c0",
        "file_index",
    )
    grid[0][column : column + 1] = [draw.choice(names)]
    return f"{column}: {grid[0][column]!r}"


def _columns_moved(draw: random.Random, grid: Grid) -> str:
    width = len(grid[0])
    order = [draw.randrange(width) for _ in range(width)] if draw.random() < 0.3 else draw.sample(range(width), width)
    order = order[: draw.choice((width, width, width - 1))]
    grid[:] = [[row[place] for place in order if place < len(row)] for row in grid]
    return str(order)


def _rows_again(draw: random.Random, grid: Grid) -> str:
    grid += [list(row) for row in grid[draw.randrange(2) :]]
    return str(len(grid))


def _rows_lost(draw: random.Random, grid: Grid) -> str:
    del grid[draw.randrange(len(grid)) :]
    return f"after {len(grid)}"


def _bytes_flipped(draw: random.Random, content: bytearray) -> str:
    places = [draw.randrange(len(content)) for _ in range(draw.choice((1, 3, 20)))]
    for place in places:
        content[place] = draw.randrange(256)
    return str(places[:3])


def _bytes_cut(draw: random.Random, content: bytearray) -> str:
    start = draw.randrange(len(content))
    end = draw.choice((start + 1, start + 40, len(content), len(content)))
    del content[start:end]
    return f"{start} to {end}"


def _bytes_put(draw: random.Random, content: bytearray) -> str:
    place, odd = draw.randrange(len(content) + 1), draw.choice(ODD_BYTES) * draw.choice((1, 1, 500))
    content[place:place] = odd
    return f"{odd[:4]!r} * {len(odd)} at {place}"


def _bytes_again(draw: random.Random, content: bytearray) -> str:
    start = draw.randrange(len(content))
    piece = content[start : start + draw.choice((10, 200, len(content)))]
    content += piece
    return f"{len(piece)} from {start}"


def _bytes_blank(draw: random.Random, content: bytearray) -> str:
    start = draw.randrange(len(content))
    content[start : start + 64] = bytes(len(content[start : start + 64]))
    return f"from {start}"


def _packed(draw: random.Random, content: bytearray) -> str:
    content[:] = gzip.compress(bytes(content))
    return ""


GRID_STEPS: tuple[Step, ...] = (
    _odd_cell, _odd_cell, _odd_cell, _odd_column, _other_row, _other_row, _other_header, _columns_moved, _rows_again,
    _rows_lost, _other_words, _other_words, _swapped_cells,
)  # fmt: skip
BYTE_STEPS: tuple[Step, ...] = (
    _bytes_flipped,
    _bytes_flipped,
    _bytes_cut,
    _bytes_put,
    _bytes_again,
    _bytes_blank,
    _packed,
)
