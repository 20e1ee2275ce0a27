"""Why a forecast is what it is, in the reader's language.

The published reasons are English sentences. In Russian a reason is told from the driver's own columns, as what was
counted, the count, and what it did to the forecast: no sentence has to be bent to its number.
"""

import math
import re
from collections.abc import Callable, Mapping

import pandas as pd

from dashboard import texts
from dashboard.writing import Language, decimal, number, percent

MEASURES: Mapping[str, str] = {
    "tiktok_views": "просмотры в TikTok",
    "tiktok_creations": "ролики в TikTok",
    "tiktok_likes": "лайки в TikTok",
    "tiktok_comments": "комментарии в TikTok",
    "tiktok_shares": "репосты в TikTok",
    "tiktok_favorites": "добавления в избранное в TikTok",
    "tiktok_ugc_creations": "ролики в TikTok на звуках пользователей",
    "tiktok_teaser_views": "просмотры тизеров в TikTok",
    "tiktok_teaser_creations": "ролики в TikTok с тизерами",
    "tiktok_platform_views": "просмотры всего TikTok",
    "vk_streams": "прослушивания VK",
}
SOURCES: Mapping[str, str] = {
    "playlist": "из плейлистов",
    "search": "из поиска",
    "recommendation": "из рекомендаций",
    "own_music": "из своей музыки слушателей",
    "paid": "от платных подписчиков",
}
GROUPS: Mapping[str, str] = {
    "tiktok_views": "просмотры в TikTok",
    "tiktok_creations": "ролики в TikTok",
    "tiktok_engagement": "комментарии, репосты и избранное в TikTok",
    "tiktok_likes": "лайки в TikTok",
    "tiktok_sounds": "состав звуков в TikTok",
    "tiktok_prerelease": "тизеры в TikTok до выхода",
    "tiktok_platform": "доля во всём TikTok",
    "vk_early": "прослушивания VK на сегодня",
    "calendar": "время года",
    "competition": "другие релизы недели",
    "catalog": "жанр, лейбл и тип релиза",
    "artist_history": "прежние релизы артиста",
    "days_known": "сколько дней известно",
}
VIEW_DAYS: Mapping[str, str] = {
    "last_day": "за последний известный день",
    "last_three_days": "за три последних известных дня",
    "earlier": "до трёх последних известных дней",
}
MONTHS = ("январь", "февраль", "март", "апрель", "май", "июнь", "июль", "август", "сентябрь", "октябрь", "ноябрь",
          "декабрь")  # fmt: skip
WEEKDAYS = ("понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье")


def _many(value: float) -> str:
    return number(value, "ru")


def _share(value: float) -> str:
    return percent(value, "ru")


def _shares_of_log(value: float) -> str:
    return _share(math.exp(value))


def _times_of_log(value: float) -> str:
    return f"в {decimal(math.exp(value), 'ru', 1)} раза"


def _daily(value: float) -> str:
    return f"{percent(math.expm1(value), 'ru', signed=True)} в день"


def _per_thousand(value: float) -> str:
    return decimal(value * 1000, "ru", 1)


def _quotient(value: float) -> str:
    return decimal(math.exp(value), "ru", 2)


def _clock(value: float) -> str:
    return f"{round(value) // 60}:{round(value) % 60:02d}"


def _named(names: tuple[str, ...], first: int) -> Callable[[float], str]:
    return lambda value: names[int(value) - first] if 0 <= value - first < len(names) else _many(value)


PATTERNS: tuple[tuple[str, str, Callable[[float], str]], ...] = (
    (r"(\w+)_day_(\d+)", "{measure} в день {1}", _many),
    (r"(\w+_teaser_\w+)_total", "{measure} до выхода", _many),
    (r"(\w+)_total", "{measure} {days}", _many),
    (r"(\w+)_log_slope", "{measure}, рост", _daily),
    (r"(\w+)_last_over_first", "{measure}, последний день к первому", _share),
    (r"(\w+)_acceleration", "{measure}, ускорение роста в конце", lambda value: decimal(value, "ru")),
    (r"(\w+)_peak_day", "{measure}, день пика", _many),
    (r"tiktok_views_per_creation", "просмотров в TikTok на ролик", _many),
    (r"tiktok_(\w+)_per_view", "{prefixed} на 1000 просмотров", _per_thousand),
    (r"tiktok_active_sounds_peak", "звуков в TikTok за день, больше всего", _many),
    (r"tiktok_pgc_share_of_(\w+)", "{prefixed}: доля звуков лейбла", _share),
    (r"tiktok_largest_sound_share", "доля главного звука в роликах TikTok", _share),
    (r"tiktok_average_play_seconds", "просмотр в TikTok длится в среднем, секунд", _many),
    (r"tiktok_teaser_days_active", "дней с тизерами до выхода", _many),
    (r"tiktok_share_of_platform_(\w+)", "доля во всём TikTok, {prefixed} {days}", _share),
    (r"tiktok_delivered_days", "дней, за которые есть отчёт TikTok", _many),
    (r"vk_delivered_days", "дней, за которые есть отчёт VK", _many),
    (r"vk_(\w+)_share", "доля прослушиваний VK {source}", _share),
    (r"vk_streams_first_day_log_ratio", "доля первого дня в прослушиваниях VK", _shares_of_log),
    (r"vk_streams_last_day_log_ratio", "доля последнего дня в прослушиваниях VK", _shares_of_log),
    (r"vk_tiktok_views_(\w+)_log_ratio", "просмотров в TikTok {viewed} на одно прослушивание VK", _quotient),
    (r"release_weekday", "день недели выхода", _named(WEEKDAYS, 0)),
    (r"release_month", "месяц выхода", _named(MONTHS, 1)),
    (r"first_week_holidays", "праздников в первую неделю", _many),
    (r"window_holidays", "праздников за срок прогноза", _many),
    (r"competing_releases", "других релизов на той же неделе", _many),
    (r"competing_genre_releases", "других релизов жанра на той же неделе", _many),
    (r"genre", "жанр", _many),
    (r"label_name", "лейбл", _many),
    (r"release_type", "тип релиза", _many),
    (r"track_count", "треков", _many),
    (r"new_track_count", "треков, не выходивших раньше", _many),
    (r"mean_duration_seconds", "средняя длина трека", _clock),
    (r"explicit_share", "доля треков с отметкой explicit", _share),
    (r"artist_release_count", "прежних релизов артиста", _many),
    (r"artist_best_streams", "лучший прежний релиз артиста, прослушивания VK", _many),
    (r"artist_last_streams", "последний прежний релиз артиста, прослушивания VK", _many),
    (r"artist_mean_log_streams", "обычный релиз артиста, прослушивания VK", lambda value: _many(math.expm1(value))),
    (r"artist_last_first_week_views", "последний прежний релиз артиста, просмотры в TikTok за неделю", _many),
    (r"artist_mean_log_growth", "рост прежних релизов артиста после первой недели", _times_of_log),
    (r"artist_days_since_last_release", "дней после прежнего релиза артиста", _many),
    (r"as_of_day", "известно дней", _many),
)
"""What is counted, by the whole name of a feature, and how the count is written; the first match is taken."""


def told(drivers: pd.DataFrame, language: Language, as_of_day: int) -> pd.Series:
    """A reason for each driver: as published in English, told anew in Russian.

    A feature that no pattern knows keeps its published words, so that one added to the marts is told too.

    Args:
        drivers: Rows of `prediction_drivers`.
        language: The reader's.
        as_of_day: Days known of the release, 1 or more.
    """
    if language == "en" or drivers.empty:
        return drivers["reason"]
    columns = ("driver_kind", "feature_name", "feature_value", "effect", "reason")
    sentences = [
        _russian(kind, name, value, effect, published, as_of_day)
        for kind, name, value, effect, published in zip(*(drivers[column] for column in columns), strict=True)
    ]
    return pd.Series(sentences, drivers.index, dtype="object")


def _russian(kind: str, name: str, value: object, effect: float, published: str, as_of_day: int) -> str:
    did = percent(effect, "ru", signed=True) if effect < 9 else f"в {_many(1 + effect)} раз больше"
    if kind == "group":
        return f"{GROUPS[name]}, вместе: {did}" if name in GROUPS else published
    for pattern, subject, write in PATTERNS:
        match = re.fullmatch(pattern, name)
        if match and (words := _subject(subject, match, as_of_day)):
            return f"{words}: {_value(value, write)}: {did}"
    return published


def _subject(subject: str, match: "re.Match[str]", as_of_day: int) -> str | None:
    first = match[1] if match.re.groups else ""
    parts = {
        "measure": MEASURES.get(first),
        "prefixed": MEASURES.get(f"tiktok_{first}"),
        "source": SOURCES.get(first),
        "viewed": VIEW_DAYS.get(first),
        "days": "в первый день" if as_of_day == 1 else f"за первые {as_of_day} дн.",
    }
    if any(part is None and f"{{{name}}}" in subject for name, part in parts.items()):
        return None
    return subject.format(*match.groups(), **parts)


def _value(value: object, write: Callable[[float], str]) -> str:
    if not isinstance(value, str) or value == "missing":
        return "неизвестно"
    try:
        return write(float(value))
    except ValueError:
        return texts.word(value, "ru")
