"""A table as a CSV file that a spreadsheet opens as text, whatever its cells begin with."""

import re

import pandas as pd

SIGNS = r"[=+\-@|%\uff1d\uff0b\uff0d\uff20]"
SKIPPED = r"[ \"\x00-\x08\x0b\x0c\x0e-\x1f\xa0\xad\u200b-\u200f\u2028-\u202f\u2060\u3000\ufeff]"
SPLITS = r"[;\t\r\n]"
NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?([eE][+-]?[0-9]+)?")
START = re.compile(f"({SPLITS}|{SKIPPED})*{SIGNS}|[\\t\\r\\n]")
WITHIN = re.compile(f"({SPLITS}{SKIPPED}*)({SIGNS})")
"""Where a cell begins within a text for spreadsheets that split at semicolons, or at tabs."""
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def csv_of(frame: pd.DataFrame) -> bytes:
    """The rows as CSV: UTF-8 with the mark by which Excel knows it, a header, no index.

    What a spreadsheet would run as a formula gets an apostrophe before it; `hitcast.core.spreadsheet` says why. Numbers
    stay numbers. Source: OWASP, CSV injection.

    Args:
        frame: Any columns.
    """
    safe = frame.copy()
    safe.columns = pd.Index([_as_text(str(name)) for name in frame.columns])
    for place in range(frame.shape[1]):
        if not pd.api.types.is_numeric_dtype(frame.dtypes.iloc[place]):
            safe.isetitem(place, frame.iloc[:, place].map(_as_text).to_list())
    return BYTE_ORDER_MARK + safe.to_csv(index=False, lineterminator="\r\n").encode()


def _as_text(cell: object) -> object:
    if not isinstance(cell, str) or NUMBER.fullmatch(cell):
        return cell
    return ("'" if START.match(cell) else "") + WITHIN.sub(r"\1'\2", cell)
