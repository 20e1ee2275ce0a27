"""By what the vendor's own row is known: rows that agree in what is mapped need not be repeats."""

from hitcast.core.sql import Sql, fill, joined
from hitcast.ingest.contract import Contract
from hitcast.ingest.places import places_of
from hitcast.ingest.readers import Source

MAX_PLACES = 100
"""Unused columns that tell rows apart: thousands of them would not fit in memory."""


def unused_places(source: Source, contract: Contract) -> list[int]:
    """Places of the vendor's columns that have a name and feed nothing, in the order of the file."""
    places, _ = places_of(source.headers, contract, source.mapping)
    used = set(places.values())
    return [i for i, header in enumerate(source.headers) if header and i not in used]


def has_identity(source: Source, contract: Contract) -> bool:
    """Whether more than the delivered columns says which of a file's rows are repeats."""
    mapping = source.mapping
    if contract.day_column is None or mapping.adds_up:
        return mapping.adds_up
    return mapping.combine != "same" and bool(unused_places(source, contract))


def identity_of(source: Source, contract: Contract) -> Sql:
    """SQL of the hash by which repeats of a vendor's row are known; 0 where the delivered columns say it.

    Where rows add up it is of the whole row, else of the columns that feed nothing, whatever their order and type.
    """
    if not has_identity(source, contract):
        return Sql("cast(0 as ubigint)")
    places = list(range(len(source.headers)))
    if not source.mapping.adds_up:
        places = sorted(unused_places(source, contract)[:MAX_PLACES], key=lambda i: source.headers[i])
    return fill("hash({columns})", columns=joined(Sql(f"cast(c{i} as varchar)") for i in places))
