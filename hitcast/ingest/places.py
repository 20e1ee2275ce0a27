"""Where a file carries each contract column."""

from collections.abc import Sequence

from hitcast.ingest.contract import Contract
from hitcast.ingest.mapping import TableMapping
from hitcast.ingest.notations import places_named


def places_of(headers: Sequence[str], contract: Contract, mapping: TableMapping) -> tuple[dict[str, int], list[str]]:
    """Where a file carries each contract column.

    Args:
        headers: The file's headers.
        contract: The raw table.
        mapping: How it is fed.

    Returns:
        Place of the vendor's column by contract column, and the required columns that no column feeds.
    """
    places, lacking = {}, []
    for column in contract.delivered:
        header = mapping.header_of(column.name)
        if column.name in mapping.constants or column.name in mapping.captures:
            continue
        names = (header,) if isinstance(header, str) else header or ()
        if found := places_named(names, headers):
            places[column.name] = found[0]
        elif column.required:
            lacking.append(" or ".join(names) or column.name)
    return places, lacking
