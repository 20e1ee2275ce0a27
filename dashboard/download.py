"""A table as a CSV file that a spreadsheet opens as text, whatever its cells begin with."""

import pandas as pd

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def csv_of(frame: pd.DataFrame) -> bytes:
    """The rows as CSV: UTF-8 with the mark by which Excel knows it, a header, no index.

    Text that a spreadsheet would take for a formula gets a leading apostrophe; numbers stay numbers. Source: OWASP, CSV
    injection.

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
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_STARTS) else cell
