"""How vendors write names, dates, counts and durations, as SQL that reads them; no value of theirs stands in it."""

from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase

from hitcast.ingest.mapping import TableMapping

# Month names and their short forms, as they begin; the genitive of Russian dates included.
MONTHS = (
    "jan[a-z]*|янв[а-я]*",
    "feb[a-z]*|фев[а-я]*",
    "mar[a-z]*|мар[а-я]*",
    "apr[a-z]*|апр[а-я]*",
    "may|ма[йяе]",
    "jun[a-z]*|июн[а-я]*",
    "jul[a-z]*|июл[а-я]*",
    "aug[a-z]*|авг[а-я]*",
    "sep[a-z]*|сен[а-я]*",
    "oct[a-z]*|окт[а-я]*",
    "nov[a-z]*|ноя[а-я]*",
    "dec[a-z]*|дек[а-я]*",
)
LAST_SECOND, LAST_SERIAL = 253402300799, 2958465
FACTORS = (("k|к|тыс\\.?", 1_000), ("m|м|mln\\.?|млн\\.?", 1_000_000), ("b|bn|млрд\\.?", 1_000_000_000))


def places_named(names: Sequence[str], headers: Sequence[str]) -> list[int]:
    """Places of the headers that the first name found fits: as it is, else in any case, else as a glob."""
    for name in names:
        folded = name.casefold()
        glob = folded.replace("[", "[[]")
        for fits in (
            lambda header, name=name: header == name,
            lambda header, folded=folded: header.casefold() == folded,
            lambda header, glob=glob: ("*" in glob or "?" in glob) and fnmatchcase(header.casefold(), glob),
        ):
            if found := [place for place, header in enumerate(headers) if fits(header)]:
                return found
    return []


def date_value(text: str, style: str, partial: str, parameter: Callable[[object], str], is_cell: bool) -> str:
    """SQL of a date.

    Args:
        text: SQL of its text.
        style: strptime format, or one of `shape_keys.SERIALS`.
        partial: `first_day` where a month or a year stands for its first day.
        parameter: Makes a value a parameter of the query.
        is_cell: Whether it comes from a workbook, whose cells of type date are written like 2024-03-05.
    """
    number = f"try_cast({text} as double)"
    if style == "excel_serial":
        value = (
            f"case when {number} between 1 and {LAST_SERIAL} then date '1899-12-30' + cast(floor({number}) as int) end"
        )
    elif style.startswith("unix_"):
        seconds = f"floor({number} / 1000)" if style == "unix_milliseconds" else f"floor({number})"
        moment = f"make_timestamp(cast({seconds} as bigint) * 1000000)"
        value = f"case when {seconds} between 0 and {LAST_SECOND} then cast({moment} as date) end"
    else:
        named = text
        if "%b" in style or "%B" in style:
            for number_of, names in enumerate(MONTHS, 1):
                named = f"regexp_replace({named}, '(?i)(^|[^a-zа-я])({names})\\.?', '\\1{number_of:02}')"
            style = style.replace("%b", "%m").replace("%B", "%m")
        value = f"cast(try_strptime({named}, {parameter(style)}) as date)"
    if is_cell:
        value = f"coalesce({value}, cast(try_strptime({text}, '%Y-%m-%d') as date))"
    if partial:
        shapes = (("\\d{4}", "%Y"), ("\\d{4}-\\d{1,2}", "%Y-%m"), ("\\d{1,2}\\.\\d{4}", "%m.%Y"))
        branches = " ".join(
            f"when regexp_full_match(trim({text}), '{shape}') then cast(try_strptime(trim({text}), '{form}') as date)"
            for shape, form in shapes
        )
        value = f"case {branches} else {value} end"
    return value


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
    if unit not in ("milliseconds", "minutes"):
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
        f" when isfinite({number}) then {written(f'{number} * 60')} else {text} end"
    )
