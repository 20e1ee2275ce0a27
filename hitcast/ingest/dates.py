"""SQL for the day of a vendor's text."""

from collections.abc import Callable

from hitcast.ingest.mapping import TableMapping


def day_of(text: str, mapping: TableMapping, parameter: Callable[[object], str]) -> str:
    """The day of a text: of a time with an offset the day as it is written, or that of the mapping's time zone."""
    is_zoned = mapping.date_format.endswith("%z")
    offset = f"regexp_replace({text}, 'Z\\s*$', '+0000')" if is_zoned else text
    moment = f"try_strptime({offset}, {parameter(mapping.date_format)})"
    if not is_zoned:
        return f"cast({moment} as date)"
    if mapping.timezone:
        return f"cast(timezone({parameter(mapping.timezone)}, cast({moment} as timestamptz)) as date)"
    plain = parameter(mapping.date_format.removesuffix("%z").rstrip())
    local = f"regexp_replace({text}, '\\s*(Z|[+-]\\d\\d(:?\\d\\d)?)\\s*$', '')"
    return f"case when {moment} is not null then cast(try_strptime({local}, {plain}) as date) end"
