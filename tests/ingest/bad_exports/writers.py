"""One grid of cells as a file of some kind, with the choices that vendors take drawn at random."""

import gzip
import random
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

Grid = list[list[str]]

ENCODINGS = ("utf-8-sig", "utf-16", "utf-16-le", "cp1251", "koi8-r", "utf-32")
TYPES = (
    pa.int64(),
    pa.float64(),
    pa.float32(),
    pa.decimal128(38, 2),
    pa.date32(),
    pa.timestamp("us"),
    pa.large_string(),
    pa.binary(),
)


@dataclass
class Export:
    """One export on its way to be spoiled.

    Attributes:
        table: Raw table that it was good for.
        path: Where it lies.
        steps: What was done to it.
        rows: Rows that any reader must find; None where bytes were touched, or the text's shape.
    """

    table: str
    path: Path
    steps: list[str] = field(default_factory=list)
    rows: int | None = None


def write_csv(draw: random.Random, export: Export, grid: Grid) -> None:
    """Writes a CSV file with some delimiter, line end, quoting and encoding."""
    mark = draw.choice((",",) * 9 + (";", "\t"))
    ends = draw.choice((["\n"],) * 5 + (["\r\n"], ["\r"], ["\n", "\r\n"], ["\n", "\r"]))
    quotes = draw.choice(("where due",) * 4 + ("all", "none", "wrong"))
    lines = [mark.join(_field(draw, cell, mark, quotes) for cell in row) + draw.choice(ends) for row in grid]
    text = "".join(lines)
    if draw.random() < 0.1:
        text = text.rstrip("\r\n")
    encoding = draw.choice(ENCODINGS) if draw.random() < 0.12 else "utf-8"
    content = text.encode(encoding, errors="replace")
    export.path.write_bytes(gzip.compress(content) if export.path.name.endswith(".gz") else content)
    export.steps.append(f"csv {mark!r} {ends} quotes {quotes} {encoding}")


def _field(draw: random.Random, cell: str, mark: str, quotes: str) -> str:
    if quotes == "wrong" and draw.random() < 0.1:
        return draw.choice((f'"{cell}', f'{cell}"', f'"{cell}"x', f' "{cell}"'))
    is_due = any(sign in cell for sign in (mark, '"', "\n", "\r"))
    return '"' + cell.replace('"', '""') + '"' if quotes == "all" or (is_due and quotes != "none") else cell


def write_xlsx(draw: random.Random, path: Path, grid: Grid) -> None:
    """Writes a workbook, its cells as text or as what they look like."""
    is_typed = draw.random() < 0.5
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "default_date_format": "yyyy-mm-dd"}) as workbook:
        sheet = workbook.add_worksheet()
        for number, row in enumerate(grid):
            for column, cell in enumerate(row):
                # a cell takes 32,767 characters
                sheet.write(number, column, _typed(cell[:30_000]) if is_typed and number else cell[:30_000])
        if draw.random() < 0.05:
            workbook.add_worksheet().write_row(0, 0, ["another", "sheet"])


def _typed(cell: str) -> object:
    try:
        return date.fromisoformat(cell) if "-" in cell[1:] else float(cell) if float(cell) < 1e300 else cell
    except ValueError:
        return cell


def write_parquet(draw: random.Random, export: Export, grid: Grid) -> None:
    """Writes a Parquet file, its columns as text or as what they look like."""
    header = grid[0] if grid else []
    names = [name if header.index(name) == place else f"{name}_{place}" for place, name in enumerate(header)]
    columns = [[row[place] if place < len(row) else None for row in grid[1:]] for place in range(len(names))]
    arrays = [_array(draw, [cell or None for cell in cells]) for cells in columns]
    pq.write_table(
        pa.Table.from_arrays(arrays, names), export.path, compression=draw.choice(("none", "snappy", "zstd"))
    )
    export.steps.append(f"parquet {[str(array.type) for array in arrays]}")


def _array(draw: random.Random, cells: list[str | None]) -> pa.Array:
    """The cells as text or, where all of them fit, as some other type."""
    text = pa.array(cells, pa.string())
    if draw.random() < 0.5:
        return text
    if draw.random() < 0.03:
        return pa.array([{"nested": cell} for cell in cells])
    try:
        return text.cast(draw.choice(TYPES))
    except pa.ArrowException:
        return text.dictionary_encode() if draw.random() < 0.3 else text
