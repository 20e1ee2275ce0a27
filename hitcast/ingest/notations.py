"""How vendors write names, counts and durations, as SQL that reads them; no value of theirs stands in it."""

from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache

from hitcast.ingest.headings import UNITS
from hitcast.ingest.mapping import TableMapping

FACTORS = (("k|к|тыс\\.?", 1_000), ("m|м|mln\\.?|млн\\.?", 1_000_000), ("b|bn|млрд\\.?", 1_000_000_000))

SECONDS = {"minutes": 60, "days": 86_400}


def places_named(names: Sequence[str], headers: Sequence[str]) -> tuple[int, ...]:
    """Places of the headers that the first name found fits: as it is, else in any case, else as a glob."""
    return _places_named(tuple(names), tuple(headers))


@lru_cache
def _places_named(names: tuple[str, ...], headers: tuple[str, ...]) -> tuple[int, ...]:
    """As `places_named`; most files of a delivery have the headers of others."""
    for name in names:
        folded = name.casefold()
        glob = folded.replace("[", "[[]")
        for fits in (
            lambda header, name=name: header == name,
            lambda header, folded=folded: header.casefold() == folded,
            lambda header, glob=glob: ("*" in glob or "?" in glob) and fnmatchcase(header.casefold(), glob),
        ):
            if found := tuple(place for place, header in enumerate(headers) if fits(header)):
                return found
    return ()


def expanded(text: str, plain: str, mapping: TableMapping) -> str:
    """SQL of a count's text, 1.2K or 3,4 млн written out; `plain` where it is not shortened."""
    marks = "".join(mark for mark in ".," if mark != mapping.thousands)
    number = f"replace(regexp_extract(trim({text}), '^[+-]?\\d+([{marks}]\\d{{1,3}})?'), ',', '.')"
    branches = " ".join(
        f"when regexp_full_match(trim({text}), '(?i)[+-]?\\d{{1,9}}([{marks}]\\d{{1,3}})?\\s*({names})')"
        f" then cast(cast(cast({number} as decimal(18, 3)) * {factor} as bigint) as varchar)"
        for names, factor in FACTORS
    )
    return f"case {branches} else {plain} end"


def in_seconds(text: str, plain: str, unit: str, data_type: str) -> str:
    """SQL of a duration's text in seconds; a whole number of them where the contract has one."""
    if unit not in ("milliseconds", "minutes", "days"):
        return plain

    def written(seconds: str) -> str:
        return f"cast({f'cast(round({seconds}) as bigint)' if data_type == 'bigint' else seconds} as varchar)"

    number = f"try_cast({plain} as double)"
    if unit == "milliseconds":
        return f"case when isfinite({number}) then {written(f'{number} / 1000')} else {text} end"
    part = [f"try_cast(split_part(trim({text}), ':', {i}) as double)" for i in (1, 2, 3)]
    return (
        f"case when regexp_full_match(trim({text}), '\\d+:[0-5]\\d') then {written(f'{part[0]} * 60 + {part[1]}')}"
        f" when regexp_full_match(trim({text}), '\\d+:[0-5]\\d:[0-5]\\d')"
        f" then {written(f'{part[0]} * 3600 + {part[1]} * 60 + {part[2]}')}"
        f" when isfinite({number}) then {written(f'round({number} * {SECONDS[unit]}, 3)')} else {text} end"
    )


def scaled(plain: str, unit: str, data_type: str) -> str:
    """SQL of a plain number's text in ones, of thousands or millions; a whole number where the contract has one."""
    if unit not in UNITS:
        return plain
    figure = f"cast({plain} as double) * {UNITS[unit]}"
    whole = f"cast(round({figure}) as bigint)" if data_type == "bigint" else figure
    is_number = f"regexp_full_match(trim({plain}), '[+-]?\\d{{1,12}}(\\.\\d*)?')"
    return f"case when {is_number} then cast({whole} as varchar) else {plain} end"


def plain_number(text: str, mapping: TableMapping, parameter: Callable[[object], str]) -> str:
    """SQL of a number's text with no thousands separator and a decimal point; null where the separators do not fit."""
    if mapping.thousands:
        whole = text
        if mapping.thousands == " ":
            text = f"replace(replace({text}, chr(160), ' '), chr(8239), ' ')"
        separator, decimal = parameter(mapping.thousands), parameter(mapping.decimal)
        shape = f"'\\s*[+-]?\\d{{1,3}}(\\Q' || {separator} || '\\E\\d{{3}})+(\\Q' || {decimal} || '\\E\\d*)?\\s*'"
        grouped = f"case when regexp_full_match({text}, {shape}) then replace({text}, {separator}, '') end"
        # No number of fewer than five characters is grouped.
        text = (
            f"case when length({whole}) < 5 then {whole}"
            f" when contains(trim({text}), {separator}) then {grouped} else {whole} end"
        )
    if mapping.decimal != ".":
        text = f"case when not contains({text}, '.') then replace({text}, {parameter(mapping.decimal)}, '.') end"
    return text


def number(text: str, data_type: str, is_mark_certain: bool = False) -> str:
    """SQL of a plain number's text as a bigint or a double; null where it is none.

    18.000 is no whole number unless the decimal mark is certain: it may be eighteen thousand.
    """
    if data_type == "double":
        finite = f"try_cast({text} as double)"
        return f"case when isfinite({finite}) and not contains({text}, '_') then {finite} end"
    # A bare cast would round 12.5 and take 1_000, 0x1F and 1e3 for numbers.
    zeros = "\\d+(\\.0*)?" if is_mark_certain else "\\d+(\\.0{0,2})?|\\d+\\.0{4,}|\\d{4,}\\.000"
    whole = f"regexp_full_match({text}, '\\s*[+-]?({zeros})\\s*')"
    return (
        f"case when cast(try_cast({text} as bigint) as varchar) = {text} then try_cast({text} as bigint)"
        f" when {whole} then try_cast(split_part({text}, '.', 1) as bigint) end"
    )
