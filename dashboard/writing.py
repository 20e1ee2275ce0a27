"""Numbers, shares, days and moments as people write them, in English and in Russian."""

from datetime import UTC, date, datetime
from typing import Any, Literal

import pandas as pd

Language = Literal["en", "ru"]

UNITS: dict[Language, tuple[tuple[float, str], ...]] = {
    "en": ((1e9, " B"), (1e6, " M"), (1e3, " K")),
    "ru": ((1e9, " млрд"), (1e6, " млн"), (1e3, " тыс.")),
}
MONTHS: dict[Language, tuple[str, ...]] = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "ru": ("янв.", "фев.", "мар.", "апр.", "мая", "июн.", "июл.", "авг.", "сен.", "окт.", "ноя.", "дек."),
}
NOTHING = "–"
"""What stands where a value is unknown."""
NO_BREAK = "\u00a0"


def number(value: Any, language: Language) -> str:
    """A count to about three digits: 940, 12.3 K, 124 K, 1.2 M; 1,2 млн."""
    if _is_unknown(value):
        return NOTHING
    amount = float(value)
    sign, amount = ("-", -amount) if amount < 0 else ("", amount)
    for size, unit in UNITS[language]:
        if amount >= size * 0.9995:
            digits = 0 if amount >= size * 99.95 else 1
            return sign + decimal(amount / size, language, digits) + unit.replace(" ", NO_BREAK)
    return f"{sign}{amount:.0f}"


def decimal(value: Any, language: Language, digits: int = 2) -> str:
    """A number with a fixed count of digits after the point, or the comma."""
    if _is_unknown(value):
        return NOTHING
    told = f"{float(value):.{digits}f}"
    return told.replace(".", ",") if language == "ru" else told


def percent(value: Any, language: Language, signed: bool = False) -> str:
    """A share as a percentage; to a tenth where it is near 0 or near 1, so that neither is claimed."""
    if _is_unknown(value):
        return NOTHING
    share = float(value) * 100
    digits = 1 if 0 < abs(share) < 1 or 99 < share < 100 else 0
    told = f"{share:{'+' if signed else ''}.{digits}f}"
    if float(told) == 0:
        told = "0"
    return (told.replace(".", ",") if language == "ru" else told) + NO_BREAK + "%"


def day(value: Any, language: Language) -> str:
    """A date: 24 Dec 2021; 24 дек. 2021."""
    if _is_unknown(value):
        return NOTHING
    moment = pd.Timestamp(value)
    return NO_BREAK.join((str(moment.day), MONTHS[language][moment.month - 1], str(moment.year)))


def moment(value: Any, language: Language) -> str:
    """A UTC moment to the minute: 24 Dec 2021 09:00 UTC."""
    if _is_unknown(value):
        return NOTHING
    return f"{day(value, language)} {pd.Timestamp(value):%H:%M}{NO_BREAK}UTC"


def whole(value: Any, language: Language) -> str:
    """A count of rows or releases in full: 12 345 in either language."""
    return NOTHING if _is_unknown(value) else f"{int(value):,}".replace(",", NO_BREAK)


def ages(through: date, published_at: datetime, clock: datetime) -> tuple[int, float]:
    """How old what is published is: days since the last day of data, hours since it was published, none below 0.

    Args:
        through: Last day of data.
        published_at: UTC, naive.
        clock: The present, aware.
    """
    present = clock.astimezone(UTC).replace(tzinfo=None)
    return max(0, (present.date() - through).days), max(0.0, (present - published_at).total_seconds() / 3600)


def _is_unknown(value: Any) -> bool:
    return value is None or bool(pd.isna(value))
