"""Wide files, one column a day or a song: read as if each filled cell were a row of its own."""

import re
from dataclasses import dataclass, replace

import duckdb
import numpy as np

from hitcast.core.errors import HitcastError
from hitcast.core.sql import Sql, fill, fill_file, joined
from hitcast.ingest.finding import shown
from hitcast.ingest.mapping import TableMapping

INTEGERS = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"}
NUMBERS = INTEGERS | {"HUGEINT", "FLOAT", "DOUBLE"}
MAX_TEXT = 300


@dataclass(frozen=True)
class Wide:
    """How the columns of a wide file become rows.

    Attributes:
        headers: The file's own.
        types: Of its own columns.
        fixed: Places of the columns that each row keeps.
        cells: Places of the columns that become rows.
        names: What each of these says by its header.
        cell_type: DuckDB type that holds all their values.
    """

    headers: tuple[str, ...]
    types: tuple[str, ...]
    fixed: tuple[int, ...]
    cells: tuple[int, ...]
    names: tuple[str, ...]
    cell_type: str


def widened(
    mapping: TableMapping, headers: tuple[str, ...], types: tuple[str, ...], name: str
) -> tuple[TableMapping, tuple[str, ...], tuple[str, ...], Wide | None]:
    """The mapping, headers and types of a file as its rows are read, and how they come to be.

    Args:
        mapping: Says by `unpivot` which columns become rows; where it does not, all stays as it is.
        headers: The file's.
        types: DuckDB type of each of its columns.
        name: How the file is called in messages.

    Raises:
        HitcastError: No column is meant.
    """
    if mapping.unpivot is None:
        return mapping, headers, types, None
    matches = {place: re.fullmatch(mapping.unpivot.columns, header) for place, header in enumerate(headers)}
    names = {place: match[1] if match.re.groups else match[0] for place, match in matches.items() if match}
    if not names:
        what = f"has no column that `unpivot` means by {mapping.unpivot.columns}; found {', '.join(headers)[:MAX_TEXT]}"
        raise HitcastError(shown(what), name, "Correct the expression in the mapping, or `header:`")
    fixed = tuple(place for place in range(len(headers)) if place not in names)
    wide = Wide(headers, types, fixed, tuple(names), tuple(names.values()), _common({types[place] for place in names}))
    made = (mapping.unpivot.names, mapping.unpivot.values)
    if mapping.columns is not None:
        mapping = replace(mapping, columns=mapping.columns | {column: column for column in made})
    headers = (*(headers[place] for place in fixed), *made)
    return mapping, headers, (*(types[place] for place in fixed), "VARCHAR", wide.cell_type), wide


def cells_as_rows(files: Sql, wide: Wide) -> Sql:
    """SQL of a row for each filled cell, in the order of lines; parameter $names.

    Args:
        files: Yields the columns c0, c1, ... of the file, and file_index.
        wide: Which of them become rows.
    """
    return fill_file(
        __file__,
        "cells_as_rows",
        fixed=joined([Sql(f"c{place} as f{i}") for i, place in enumerate(wide.fixed)] + [Sql("file_index")]),
        cells=_cells(wide),
        files=files,
        columns=joined([Sql(f"f{i} as c{i}") for i in range(len(wide.fixed))] + [Sql("file_index")]),
        name=Sql(f"c{len(wide.fixed)}"),
        cell=Sql(f"c{len(wide.fixed) + 1}"),
        is_filled=_is_filled("cell", wide.cell_type),
    )


def filled_cells(
    connection: duckdb.DuckDBPyConnection, files: Sql, wide: Wide, parameters: dict[str, object]
) -> np.ndarray:
    """How many rows each line of a file gives, in their order: what tells the line of a row."""
    query = fill(
        "select len(list_filter([{cells}], lambda cell: {is_filled})) as filled from {files}",
        cells=_cells(wide),
        is_filled=_is_filled("cell", wide.cell_type),
        files=files,
    )
    return np.asarray(connection.execute(query, parameters).fetchnumpy()["filled"], dtype=np.int64)


def _cells(wide: Wide) -> Sql:
    return joined(Sql(f"cast(c{place} as {wide.cell_type})") for place in wide.cells)


def _is_filled(cell: str, cell_type: str) -> Sql:
    """Whether a cell says anything; a data frame's NaN does not."""
    if cell_type in ("FLOAT", "DOUBLE"):
        return Sql(f"{cell} is not null and not isnan({cell})")
    return Sql(f"{cell} is not null and trim(cast({cell} as varchar), ' ' || chr(160) || chr(9)) <> ''")


def _common(types: set[str]) -> str:
    if len(types) == 1:
        return next(iter(types))
    return "BIGINT" if types <= INTEGERS - {"UBIGINT"} else "DOUBLE" if types <= NUMBERS else "VARCHAR"
