"""Where the header and the rows of a file are: lines above the header, comments, totals and record types left out."""

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO

from hitcast.core.errors import HitcastError
from hitcast.ingest.contract import load_contracts
from hitcast.ingest.finding import shown
from hitcast.ingest.mapping import TableMapping
from hitcast.ingest.notations import places_named

MAX_ABOVE = 1000
"""Lines that are looked through for a header named by its text."""


def has_layout(mapping: TableMapping) -> bool:
    """Whether a mapping says more of a file's lines than that the header is the first."""
    return mapping.header != 1 or bool(mapping.skip or mapping.comment or mapping.record_type or mapping.fill_down)


def with_sep_line(mapping: TableMapping, first: str) -> TableMapping:
    """A mapping of a file that may begin with a line `sep=;`, which tells a spreadsheet its delimiter."""
    found = re.fullmatch(r'"?sep=(.)"?[\r\n]*', first, re.IGNORECASE)
    if not found or mapping.header not in (1, 2):
        return mapping
    return replace(mapping, delimiter=found[1], header=2)


def header_of(lines: Iterator[str], mapping: TableMapping, name: str) -> tuple[list[str], str]:
    """The lines above the header, and the header.

    Args:
        lines: Lines of the file; read up to the header.
        mapping: Where the header is.
        name: How the file is called in messages.

    Raises:
        HitcastError: There is no such line.
    """
    above: list[str] = []
    for line in lines:
        if _is_header(len(above) + 1, line, mapping):
            return above, line
        above.append(line)
        if len(above) > MAX_ABOVE and isinstance(mapping.header, str):
            break
    where = f"line {mapping.header}" if isinstance(mapping.header, int) else f"line with the cell {mapping.header}"
    raise HitcastError(f"has no {where} where its header should be", name, "Correct `header:` in the mapping")


def _is_header(number: int, line: str, mapping: TableMapping) -> bool:
    if isinstance(mapping.header, str):
        wanted = mapping.header.casefold()
        return any(cell.strip("\ufeff \u00a0").casefold() == wanted for cell in cells_of(line, mapping.delimiter))
    if mapping.header == 1 and mapping.comment:
        return not line.lstrip("\ufeff").startswith(mapping.comment) and bool(line.strip())
    return number == mapping.header


def cells_of(line: str, delimiter: str) -> list[str]:
    """Cells of one line; none where it is no CSV."""
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def row_test(mapping: TableMapping, headers: Sequence[str], name: str) -> Callable[[str, Sequence[str] | None], bool]:
    """A function that says whether a line below the header is meant as a row.

    Args:
        mapping: What is left out.
        headers: Of the file.
        name: How the file is called in messages.

    Returns:
        A function of the line and its cells, or None for cells that are to be found by it.

    Raises:
        HitcastError: The file has no column of the record type.
    """
    patterns = [re.compile(pattern) for pattern in mapping.skip]
    place, wanted = 0, ""
    if mapping.record_type:
        column, wanted = mapping.record_type
        if isinstance(column, str) and column not in headers:
            cure = "Give its place, from 1, as `column:` of `record_type:`"
            raise HitcastError(f"has no column {shown(column)}, which holds the record type", name, cure)
        place = headers.index(column) if isinstance(column, str) else column - 1

    def is_row(line: str, cells: Sequence[str] | None) -> bool:
        if mapping.comment and line.startswith(mapping.comment):
            return False
        if any(pattern.search(line) for pattern in patterns):
            return False
        if not mapping.record_type:
            return True
        cells = cells_of(line, mapping.delimiter) if cells is None else cells
        return place < len(cells) and cells[place].strip() == wanted

    return is_row


def filler(mapping: TableMapping, headers: Sequence[str]) -> Callable[[Sequence[str]], list[str]]:
    """A function that fills a row's empty cells from the rows before it, where the mapping says so.

    Only cells of columns that feed no figure are filled: a count that is empty is none.
    """
    contract = load_contracts().get(mapping.table)
    places: set[int] = set()
    for column in contract.delivered if contract and mapping.fill_down else ():
        header = mapping.header_of(column.name)
        if header and column.data_type not in ("bigint", "double"):
            places |= set(places_named((header,) if isinstance(header, str) else header, headers)[:1])
    last: dict[int, str] = {}

    def filled(cells: Sequence[str]) -> list[str]:
        found = [cell if cell.strip() else last.get(i, cell) for i, cell in enumerate(cells)]
        last.update((i, found[i]) for i in places if i < len(found))
        return found

    return filled


def write_rows(text: IO[str], mapping: TableMapping, headers: Sequence[str], name: str, target: Path) -> int:
    """Writes a file's header and rows as UTF-8 CSV, each row in the line where it was; other lines are blank.

    A value in quotes that spans lines is written as it is: one line of such a record does not say what it holds.

    Returns:
        Lines below the header that were left out, blank ones not counted.

    Raises:
        HitcastError: The mapping fills cells down, and a value spans lines.
    """
    is_row, filled, skipped = row_test(mapping, headers, name), filler(mapping, headers), 0
    with target.open("w", encoding="utf-8", newline="") as plain:
        above, header = header_of(iter(text), mapping, name)
        plain.write(header.lstrip("\ufeff"))
        ending = header[len(header.rstrip("\r\n")) :] or "\n"
        plain.write(ending * len(above))
        in_quotes = False
        for line in text:
            odd = line.count('"') % 2 == 1
            bare = line.rstrip("\r\n")
            if mapping.fill_down and odd:
                cure = "Save it as XLSX, or leave `fill_down:` out"
                raise HitcastError("has a value over several lines, which cannot be filled down", name, cure)
            if in_quotes or odd or not bare or is_row(bare, None):
                if mapping.fill_down and bare:
                    csv.writer(plain, delimiter=mapping.delimiter, lineterminator=line[len(bare) :] or ending).writerow(
                        filled(cells_of(bare, mapping.delimiter))
                    )
                else:
                    plain.write(line)
            else:
                plain.write(line[len(bare) :] or ending)
                skipped += 1
            in_quotes ^= odd
    return skipped
