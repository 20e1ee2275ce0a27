"""SQL for the day of a vendor's text, in whatever notation."""

from collections.abc import Callable

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
PARTIAL = (("\\d{4}", "%Y"), ("\\d{4}-\\d{1,2}", "%Y-%m"), ("\\d{1,2}\\.\\d{4}", "%m.%Y"))


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
        days = f"cast(floor({number}) as int)"
        value = f"case when {number} between 1 and {LAST_SERIAL} then date '1899-12-30' + {days} end"
    elif style.startswith("unix_"):
        value = _unix_day(text, 1000 if style == "unix_milliseconds" else 1, mapping.timezone, parameter)
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


def _unix_day(text: str, ticks: int, zone: str, parameter: Callable[[object], str]) -> str:
    """The day of a number of ticks since 1970, in UTC where no zone is given."""
    seconds = f"floor(try_cast({text} as double) / {ticks})"
    moment = f"make_timestamp(cast({seconds} as bigint) * 1000000)"
    if zone:
        moment = f"timezone({parameter(zone)}, timezone('UTC', {moment}))"
    return f"case when {seconds} between 0 and {LAST_SECOND} then cast({moment} as date) end"


def _written_day(text: str, style: str, zone: str, parameter: Callable[[object], str]) -> str:
    """The day of a text in a strptime format, months by name in Russian or English."""
    if "%b" in style or "%B" in style:
        for number, names in enumerate(MONTHS, 1):
            text = f"regexp_replace({text}, '(?i)(^|[^a-zа-я])({names})\\.?', '\\1{number:02}')"
        style = style.replace("%b", "%m").replace("%B", "%m")
    is_zoned = style.endswith("%z")
    offset = f"regexp_replace({text}, 'Z\\s*$', '+0000')" if is_zoned else text
    moment = f"try_strptime({offset}, {parameter(style)})"
    if not is_zoned:
        return f"cast({moment} as date)"
    if zone:
        return f"cast(timezone({parameter(zone)}, cast({moment} as timestamptz)) as date)"
    plain = parameter(style.removesuffix("%z").rstrip())
    local = f"regexp_replace({text}, '\\s*(Z|[+-]\\d\\d(:?\\d\\d)?)\\s*$', '')"
    return f"case when {moment} is not null then cast(try_strptime({local}, {plain}) as date) end"
