"""SQL for the day of a vendor's text, in whatever notation."""

import re
from collections.abc import Callable

from hitcast.ingest.mapping import TableMapping
from hitcast.ingest.shape_keys import SERIALS

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
NOISE_DAYS = 0.5 / 86_400
"""Half a second: a serial so little below a whole number is that one, off by what a computer adds in a sum."""
TIME_PARTS = set("HIMSfgpzZcX")
PARTIAL = (("\\d{4}", "%Y"), ("\\d{4}-\\d{1,2}", "%Y-%m"), ("\\d{1,2}\\.\\d{4}", "%m.%Y"))


def names_time(style: str) -> bool:
    """Whether dates of a format hold a time of the day too, so that one day may be written in several ways."""
    return style in SERIALS or bool(set(re.findall(r"%[-#]?(.)", style)) & TIME_PARTS)


def is_of_one_moment(style: str) -> bool:
    """Whether a format says which moment is meant, wherever it was: what day that is depends on the time zone."""
    return style.startswith("unix_") or style.endswith("%z")


def moment_of(text: str, style: str, parameter: Callable[[object], str]) -> str:
    """SQL of the moment of a text, as a timestamp in UTC: as if it were there, of a time without an offset."""
    if style.startswith("unix_"):
        return _unix_moment(text, style)
    if style.endswith("%z"):
        return f"timezone('UTC', cast({_offset_moment(text, style, parameter)} as timestamptz))"
    # Parquet and workbooks have times of their own
    written = f"try_strptime({text}, {parameter(style)})" if "%" in style else "null"
    return f"coalesce(cast({written} as timestamp), try_cast({text} as timestamp))"


def day_of(
    text: str, column: str, mapping: TableMapping, parameter: Callable[[object], str], is_cell: bool = False
) -> str:
    """SQL of the day of a text: of a time with an offset the day as it is written, or that of the mapping's time zone.

    Args:
        text: SQL of the text.
        column: The contract's column, which may have a format of its own.
        mapping: How its vendor writes dates.
        parameter: Makes a value a parameter of the query.
        is_cell: Whether it comes from a workbook, whose cells of type date are written like 2024-03-05.
    """
    style = mapping.format_of(column)
    if style == "excel_serial":
        number = f"try_cast({text} as double)"
        days = f"cast(floor({number} + {NOISE_DAYS:.9f}) as int)"
        value = f"case when {number} between 1 and {LAST_SERIAL} then date '1899-12-30' + {days} end"
    elif style.startswith("unix_"):
        moment = _unix_moment(text, style)
        if mapping.timezone:
            moment = f"timezone({parameter(mapping.timezone)}, timezone('UTC', {moment}))"
        value = f"cast({moment} as date)"
    else:
        value = _written_day(text, style, mapping.timezone, parameter)
    if is_cell:
        value = f"coalesce({value}, cast(try_strptime({text}, '%Y-%m-%d') as date))"
    if mapping.partial_dates:
        branches = " ".join(
            f"when regexp_full_match(trim({text}), '{shape}') then cast(try_strptime(trim({text}), '{form}') as date)"
            for shape, form in PARTIAL
        )
        value = f"case {branches} else {value} end"
    return value


def _unix_moment(text: str, style: str) -> str:
    """The moment of a number of seconds or milliseconds since 1970, in UTC."""
    seconds = f"floor(try_cast({text} as double) / {1000 if style == 'unix_milliseconds' else 1})"
    moment = f"make_timestamp(cast({seconds} as bigint) * 1000000)"
    return f"case when {seconds} between 0 and {LAST_SECOND} then {moment} end"


def _offset_moment(text: str, style: str, parameter: Callable[[object], str]) -> str:
    """The moment of a text that ends with an offset from UTC, or with Z."""
    return f"try_strptime(regexp_replace({text}, 'Z\\s*$', '+0000'), {parameter(style)})"


def _written_day(text: str, style: str, zone: str, parameter: Callable[[object], str]) -> str:
    """The day of a text in a strptime format, months by name in Russian or English."""
    if "%b" in style or "%B" in style:
        for number, names in enumerate(MONTHS, 1):
            text = f"regexp_replace({text}, '(?i)(^|[^a-zа-я])({names})\\.?', '\\1{number:02}')"
        style = style.replace("%b", "%m").replace("%B", "%m")
    if not style.endswith("%z"):
        return f"cast(try_strptime({text}, {parameter(style)}) as date)"
    moment = _offset_moment(text, style, parameter)
    if zone:
        return f"cast(timezone({parameter(zone)}, cast({moment} as timestamptz)) as date)"
    plain = parameter(style.removesuffix("%z").rstrip())
    local = f"regexp_replace({text}, '\\s*(Z|[+-]\\d\\d(:?\\d\\d)?)\\s*$', '')"
    return f"case when {moment} is not null then cast(try_strptime({local}, {plain}) as date) end"
