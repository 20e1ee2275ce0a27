"""By what the vendor's own row is known: rows that agree in what is mapped need not be repeats."""

from collections.abc import Iterable

from hitcast.core.sql import Sql, fill, joined
from hitcast.ingest.contract import Contract
from hitcast.ingest.dates import names_time
from hitcast.ingest.places import places_of
from hitcast.ingest.readers import Source

MAX_PLACES = 100
"""Unused columns that tell rows apart: thousands of them would not fit in memory."""


def unused_places(source: Source, contract: Contract) -> list[int]:
    """Places of the vendor's columns that have a name and feed nothing, in the order of the file."""
    places, _ = places_of(source.headers, contract, source.mapping)
    used = set(places.values())
    return [i for i, header in enumerate(source.headers) if header and i not in used]


def has_times(source: Source, contract: Contract) -> bool:
    """Whether what says the day may say a time too: rows of one day, such as hours, then differ in it alone."""
    if contract.day_column is None:
        return False
    places, _ = places_of(source.headers, contract, source.mapping)
    place = places.get(contract.day_column)
    native = "VARCHAR" if place is None else source.types[place]
    return native.startswith("TIMESTAMP") or (
        native != "DATE" and names_time(source.mapping.format_of(contract.day_column))
    )


def has_identity(source: Source, contract: Contract) -> bool:
    """Whether more than the delivered columns says which of a file's rows are repeats."""
    mapping = source.mapping
    if mapping.adds_up:
        return True
    if contract.day_column is None and not contract.refuses_differing:
        return False
    return bool(merged_places(source, contract)) or (
        mapping.combine != "same" and (bool(unused_places(source, contract)) or has_times(source, contract))
    )


def has_words(source: Source, contract: Contract) -> bool:
    """Whether rows of one key may come of different words, of which some turn out to be unforeseen."""
    return bool(_word_places(source, contract))


def unforeseen_bits(contract: Contract) -> int:
    """Bits of `unfit` for words in the key that the contract does not know: rows that had them are of no one key."""
    return sum(
        1 << i for i, column in enumerate(contract.delivered) if column.name in contract.key and column.accepted_values
    )


def merged_places(source: Source, contract: Contract) -> list[int]:
    """Places of key columns of which the mapping puts several words into one: rows that differ there are no repeats."""
    places, _ = places_of(source.headers, contract, source.mapping)
    words = {name: list(source.mapping.values.get(name, {}).values()) for name in contract.key if name in places}
    return [places[name] for name, ours in words.items() if len(set(ours)) < len(ours)]


def identity_of(source: Source, contract: Contract) -> Sql:
    """SQL of the hash by which repeats of a vendor's row are known; 0 where the delivered columns say it.

    One that holds words is odd, others are even: an odd one differs from 0 too.

    Where rows add up it is of the whole row, else of the columns that feed nothing, whatever their order and type, and
    of words that are not told apart any more; the time that a day is written with counts in both. It stands where
    `unfit`, and what each column was before, are known.
    """
    mapping = source.mapping
    times = [day_text(contract)] if has_times(source, contract) else []
    if mapping.adds_up:
        return _hash([*_texts(range(len(source.headers))), *times])
    texts = _texts(merged_places(source, contract))
    if mapping.combine != "same" and has_identity(source, contract):
        unused = sorted(unused_places(source, contract)[:MAX_PLACES], key=lambda i: source.headers[i])
        texts += [*_texts(unused), *times]
    own = _hash(texts) if texts else Sql("cast(0 as ubigint)")
    words = _word_places(source, contract)
    if not words:
        return own
    return fill(
        "case when unfit & {bits} <> 0 or {is_changed} then {whole} | 1 else {own} end",
        bits=Sql(str(unforeseen_bits(contract))),
        is_changed=joined((Sql(f"v{i} is distinct from w{i}") for i in words), " or "),
        whole=_hash([*texts, *_texts(words.values())]),
        own=own,
    )


def _word_places(source: Source, contract: Contract) -> dict[int, int]:
    """Place of the vendor's column by place of the key column that takes a few words only."""
    places, _ = places_of(source.headers, contract, source.mapping)
    return {
        i: places[column.name]
        for i, column in enumerate(contract.delivered)
        if column.accepted_values and column.name in contract.key and column.name in places
    }


def _texts(places: Iterable[int]) -> list[Sql]:
    return [Sql(f"cast(c{i} as varchar)") for i in places]


def _hash(texts: list[Sql]) -> Sql:
    return fill("(hash({texts}) >> 1) << 1", texts=joined(texts))


def day_text(contract: Contract) -> Sql:
    """SQL of what the vendor writes for the day, within `normalized.sql`."""
    return Sql(f"r{[column.name for column in contract.delivered].index(str(contract.day_column))}")
