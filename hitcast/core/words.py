"""Numbers, shares, days and words of the data as people write them, in English and in Russian."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal

Language = Literal["en", "ru"]

NOTHING = "–"
"""Written where a value is unknown."""
NO_BREAK = "\u00a0"
UNITS: Mapping[Language, tuple[tuple[float, str], ...]] = {
    "en": ((1e9, "B"), (1e6, "M"), (1e3, "K")),
    "ru": ((1e9, "млрд"), (1e6, "млн"), (1e3, "тыс.")),
}
SHORT_MONTHS: Mapping[Language, tuple[str, ...]] = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "ru": ("янв.", "фев.", "мар.", "апр.", "мая", "июн.", "июл.", "авг.", "сен.", "окт.", "ноя.", "дек."),
}
MONTHS: Mapping[Language, tuple[str, ...]] = {
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December"),
    "ru": ("январь", "февраль", "март", "апрель", "май", "июнь", "июль", "август", "сентябрь", "октябрь", "ноябрь",
           "декабрь"),
}  # fmt: skip
WEEKDAYS: Mapping[Language, tuple[str, ...]] = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "ru": ("понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье"),
}
WORDS: Mapping[str, tuple[str, str]] = {
    "low": ("low", "низкий"),
    "medium": ("medium", "средний"),
    "high": ("high", "высокий"),
    "yes": ("yes", "да"),
    "no": ("no", "нет"),
    "streams": ("streams", "прослушивания"),
    "classes": ("classes", "классы"),
    "feature": ("a feature", "признак"),
    "group": ("a reason", "причина"),
    "base": ("the usual release", "обычный релиз"),
    "tiktok": ("TikTok only", "только TikTok"),
    "tiktok_vk": ("TikTok and VK", "TikTok и VK"),
    "tiktok_sound_days": ("TikTok, sounds by day", "TikTok, звуки по дням"),
    "vk_stream_days": ("VK, streams by day", "VK, прослушивания по дням"),
    "catalog_tracks": ("Catalog", "Каталог"),
    "promotion_spends": ("Campaigns", "Кампании"),
    "catalog_recordings": ("Catalog", "Каталог"),
    "hitcast": ("hitcast", "hitcast"),
    "log_linear": ("log-linear line", "лог-линейная прямая"),
    "unknown": ("not given", "не указан"),
    "less is left than the next campaign costs": (
        "less is left than the next campaign costs",
        "осталось меньше, чем стоит следующая кампания",
    ),
    "no further campaign would add streams that pay what it costs": (
        "no further campaign would add streams that pay what it costs",
        "другие кампании не окупятся",
    ),
    "no further campaign would add streams, by what the log shows": (
        "no further campaign would add streams, by what the log shows",
        "судя по журналу, другие кампании ничего не добавят",
    ),
    "single": ("single", "сингл"),
    "ep": ("EP", "EP"),
    "album": ("album", "альбом"),
    "Pop": ("Pop", "Поп"),
    "Hip-Hop": ("Hip-Hop", "Хип-хоп"),
    "Rap": ("Rap", "Рэп"),
    "Rock": ("Rock", "Рок"),
    "Electronic": ("Electronic", "Электроника"),
    "Dance": ("Dance", "Танцевальная"),
    "Folk": ("Folk", "Фолк"),
    "Indie": ("Indie", "Инди"),
    "Metal": ("Metal", "Метал"),
    "Chanson": ("Chanson", "Шансон"),
    "Jazz": ("Jazz", "Джаз"),
    "Classical": ("Classical", "Классика"),
    "Soundtrack": ("Soundtrack", "Саундтрек"),
    "Children": ("Children", "Детская"),
}
"""Words of the data; one that is not here, such as a genre of another catalog, is shown as it is."""


def number(value: Any, language: Language = "en") -> str:
    """A count to about three digits: 940, 12.3 K, 124 K, 1.2 M; 1,2 млн."""
    if is_unknown(value):
        return NOTHING
    amount = float(value)
    sign, amount = ("-", -amount) if amount < 0 else ("", amount)
    for size, unit in UNITS[language]:
        if amount >= size * 0.9995:
            digits = 0 if amount >= size * 99.95 else 1
            return f"{sign}{decimal(amount / size, language, digits)} {unit}"
    return f"{sign}{amount:.0f}"


def figure(value: Any, language: Language = "en") -> str:
    """A number of any size to three digits: 0.214, 20.1, 12.3 K."""
    if is_unknown(value):
        return NOTHING
    if abs(float(value)) >= 1000:
        return number(value, language)
    return _with_point(f"{float(value):.3g}", language)


def decimal(value: Any, language: Language = "en", digits: int = 2) -> str:
    """A number with a fixed count of digits after the point, or the comma."""
    return NOTHING if is_unknown(value) else _with_point(f"{float(value):.{digits}f}", language)


def whole(value: Any) -> str:
    """A count of rows or releases in full: 12 345 in either language."""
    return NOTHING if is_unknown(value) else f"{int(value):,}".replace(",", " ")


def percent(value: Any, language: Language = "en", signed: bool = False) -> str:
    """A share as a percentage: 38 %, 0.12 %, 99.6 %; with more digits near 0 and 1, so that neither is claimed."""
    if is_unknown(value):
        return NOTHING
    share = 100 * float(value)
    size = abs(share)
    if 0.1 <= size < 0.95:
        text = f"{share:.2g}"
    elif 99 < size < 100:
        text = f"{min(max(share, -99.9), 99.9):.1f}"
    else:
        text = f"{share:.{2 if size < 0.1 else 0}f}"
    if float(text) == 0:
        text = "0"
    elif signed and share > 0:
        text = f"+{text}"
    return f"{_with_point(text, language)} %"


def chance(value: Any, language: Language = "en", is_certain: bool = False) -> str:
    """A chance in tenths: 8 in 10, over 9 in 10, under 1 in 20; 8 из 10. Only what has come is certain.

    Args:
        value: From 0 to 1.
        language: The reader's.
        is_certain: Whether it has come.
    """
    if is_unknown(value):
        return NOTHING
    english = language == "en"
    if is_certain:
        return "certain" if english else "точно"
    between = "in" if english else "из"
    if value < 0.05:
        return f"{'under' if english else 'меньше'} 1 {between} 20"
    if value >= 0.95:
        return f"{'over' if english else 'больше'} 9 {between} 10"
    return f"{max(1, math.floor(10 * float(value) + 0.5))} {between} 10"


def times(value: float, language: Language = "en") -> str:
    """A ratio: 4.1 times, 12 times; в 4,1 раза, в 12 раз."""
    text = decimal(value, language, 0 if value >= 10 else 1)
    if language == "en":
        return f"{text} times"
    return f"в {text} {plural(round(value), 'ru', 'раз', 'раза', 'раз') if value >= 10 else 'раза'}"


def effect(contribution: float, language: Language = "en") -> str:
    """What a contribution to the natural log of a forecast does to the forecast: +38 %, -9 %, 12 times as many."""
    share = math.expm1(min(contribution, 20.0))
    if share >= 9:
        text = number(1 + share, language)
        return f"{text} times as many" if language == "en" else f"в {text} раз больше"
    return percent(max(share, -0.999), language, signed=True)


def plural(count: int, language: Language, one: str, few: str, many: str = "") -> str:
    """The form of a noun that goes with a count.

    Args:
        count: How many, 0 or more.
        language: The reader's.
        one: 1 day; 1, 21, 31 день.
        few: 2 days; 2, 3, 4 дня.
        many: 5, 11, 100 дней; unused in English.
    """
    if language == "en":
        return one if count == 1 else few
    if count % 10 == 1 and count % 100 != 11:
        return one
    return few if count % 10 in {2, 3, 4} and count % 100 not in {12, 13, 14} else many


def counted(count: int, noun: str) -> str:
    """A count with its English noun, of several with an s: `1 row`, `1,200 rows`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def day(value: Any, language: Language = "en") -> str:
    """A date: 24 Dec 2021; 24 дек. 2021."""
    if is_unknown(value):
        return NOTHING
    return f"{value.day} {SHORT_MONTHS[language][value.month - 1]} {value.year}"


def moment(value: Any, language: Language = "en") -> str:
    """A UTC moment to the minute: 24 Dec 2021 09:00 UTC."""
    return NOTHING if is_unknown(value) else f"{day(value, language)} {value:%H:%M} UTC"


def month(value: float, language: Language = "en") -> str:
    """Name of a month from 1 to 12; another number as it is."""
    return MONTHS[language][int(value) - 1] if 1 <= value <= 12 else figure(value, language)


def weekday(value: float, language: Language = "en") -> str:
    """Name of a weekday, Monday 0 to Sunday 6; another number as it is."""
    return WEEKDAYS[language][int(value)] if 0 <= value <= 6 else figure(value, language)


def duration(seconds: float) -> str:
    """Minutes and seconds: 3:05."""
    return f"{round(seconds) // 60}:{round(seconds) % 60:02d}"


def age(moment: datetime, now: datetime | None = None) -> str:
    """How long ago a UTC moment was, in its largest unit: 2 days ago."""
    seconds = ((now or datetime.now(UTC)) - moment.replace(tzinfo=UTC)).total_seconds()
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {plural(count, 'en', unit, f'{unit}s')} ago"
    return "just now"


def word(value: Any, language: Language = "en") -> str:
    """A word of the data in a language; as it is where it is not known, a dash where there is none."""
    if not isinstance(value, str):
        return NOTHING if is_unknown(value) else str(value)
    english, russian = WORDS.get(value, (value, value))
    return russian if language == "ru" else english


def one_line(text: str) -> str:
    """A vendor's text for a terminal: in one line, without what moves a cursor, sets a title or turns the reading.

    Args:
        text: Any; each sign that does not print becomes U+FFFD, each kind of blank a blank.
    """
    return "".join(sign if sign.isprintable() else " " if sign.isspace() else "\ufffd" for sign in text)


def is_unknown(value: Any) -> bool:
    """Whether there is no value: None, NaN, NaT or pandas' NA."""
    try:
        return value is None or bool(value != value)  # noqa: PLR0124  # NaN and NaT
    except TypeError:
        # pandas' NA is neither true nor false
        return True


def _with_point(text: str, language: Language) -> str:
    return text.replace(".", ",") if language == "ru" else text
