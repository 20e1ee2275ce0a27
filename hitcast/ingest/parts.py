"""One count in several columns, as paid and free streams: a mapping that names one would lose the others."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from hitcast.core.errors import HitcastError
from hitcast.ingest.contract import Column, Contract
from hitcast.ingest.finding import shown
from hitcast.ingest.places import places_of
from hitcast.ingest.readers import Source

SPECIAL = re.compile(r"([\\.^$*+?{}\[\]|()])")


@dataclass(frozen=True)
class Parts:
    """Columns that hold parts of one count.

    Attributes:
        column: Contract column of the words that tell them apart.
        words: The contract's word by the vendor's header.
    """

    column: str
    words: dict[str, str]

    @property
    def pattern(self) -> str:
        """Regular expression of the headers, for `unpivot:`."""
        return "|".join(SPECIAL.sub(r"\\\1", header) for header in self.words)


def parts_of(header: str, others: Sequence[str], contract: Contract, fed: Collection[str]) -> Parts | None:
    """The columns that a count's column is a part beside; None where it is no part.

    Args:
        header: Header of the count's column.
        others: Headers that feed nothing.
        contract: The table.
        fed: Contract columns that something feeds: a file that says the word in a column of its own has no parts.
    """
    for column in contract.delivered:
        if not column.accepted_values or column.name in fed:
            continue
        found = {name: part for name in (header, *others) if (part := _part(name, column))}
        if header not in found:
            continue
        rest = found[header][1]
        words = {name: word for name, (word, other) in found.items() if other == rest}
        if len(set(words.values())) > 1:
            return Parts(column.name, words)
    return None


def check_parts(source: Source, contract: Contract) -> None:
    """Refuses a file of whose parts of a count the mapping names one.

    Raises:
        HitcastError: It does.
    """
    places, _ = places_of(source.headers, contract, source.mapping)
    fed = {*places, *source.mapping.constants, *source.mapping.captures}
    others = [header for i, header in enumerate(source.headers) if header and i not in places.values()]
    for column in contract.delivered:
        if not column.is_count or column.name not in places:
            continue
        used = source.headers[places[column.name]]
        if parts := parts_of(used, others, contract, fed):
            unpivot = f"unpivot: {{columns: '{parts.pattern}', names: {parts.column}, values: {column.name}}}"
            pairs = ", ".join(f"{header}: {word}" for header, word in parts.words.items())
            what = f"has {column.name} in parts by {parts.column} ({', '.join(parts.words)}), and only {used} counts"
            cure = (
                f"Write `{unpivot}` and `values: {{{parts.column}: {{{pairs}}}}}` in the mapping, or"
                f" `constants: {{{parts.column}: {parts.words[used]}}}` if the others are not to count"
            )
            raise HitcastError(shown(what), source.name, shown(cure))


def _part(header: str, column: Column) -> tuple[str, str] | None:
    """The contract's word in a header and what else the header says; None where it holds none."""
    text = " ".join(re.findall(r"[^\W_]+|[<>+]", header.casefold()))
    best = None
    for ours, theirs in column.words.items():
        for phrase in (ours, *theirs):
            words = " ".join(re.findall(r"[^\W_]+|[<>+]", phrase.casefold()))
            rest = f" {text} ".replace(f" {words} ", " ").strip()
            if f" {words} " in f" {text} " and rest and (best is None or len(words) > best[0]):
                best = (len(words), ours, rest)
    return (best[1], best[2]) if best else None
