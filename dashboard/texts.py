"""Every text of the page in English and in Russian, by key: labels; `dashboard/sentences.py` has the rest."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from dashboard.sentences import SENTENCES
from dashboard.writing import NOTHING, Language

LABELS: Mapping[str, tuple[str, str]] = {
    "upcoming.name": ("Upcoming", "Новинки"),
    "release.name": ("Release", "Релиз"),
    "performance.name": ("How good is it", "Насколько точно"),
    "data.name": ("Data", "Данные"),
    "horizon": ("Horizon, days", "Срок прогноза, дней"),
    "search": ("Search", "Поиск"),
    "search_hint": ("Artist, title or UPC", "Артист, название или UPC"),
    "out_from": ("Out from", "Вышел не раньше"),
    "out_to": ("Out to", "Вышел не позже"),
    "class": ("Forecast class", "Класс по прогнозу"),
    "genre": ("Genre", "Жанр"),
    "label": ("Label", "Лейбл"),
    "all": ("All", "Все"),
    "feature_set": ("What the model sees", "Что видит модель"),
    "as_of_day": ("Days known", "Известно дней"),
    "only_watched": ("Only my watchlist ({count})", "Только мой список ({count})"),
    "watch": ("☆ Add to watchlist", "☆ В мой список"),
    "unwatch": ("★ Take off watchlist", "★ Убрать из списка"),
    "open_release": ("Open release", "Открыть релиз"),
    "download": ("CSV: {title}", "CSV: {title}"),
    "interval_80": ("80 % interval", "интервал 80 %"),
    "interval_90": ("90 % interval", "интервал 90 %"),
    "forecast": ("forecast", "прогноз"),
    "known": ("streams so far", "уже набрано"),
    "actual": ("actual total", "фактический итог"),
    "advice.yes": ("worth promoting", "стоит продвигать"),
    "advice.no": ("not worth promoting", "продвигать не стоит"),
    "model.catboost": ("hitcast", "hitcast"),
    "model.lightgbm": ("hitcast", "hitcast"),
    "model.log_linear": ("log-linear line", "лог-линейная прямая"),
    "strategy.model": ("by hitcast's chance", "по вероятности hitcast"),
    "strategy.log_linear": ("by the log-linear class", "по лог-линейному классу"),
    "strategy.none": ("promote none", "не продвигать никого"),
    "axis.streams": ("VK streams", "прослушивания VK"),
    "axis.days_out": ("days since release", "дней с выхода"),
    "axis.days_known": ("days known", "известно дней"),
    "axis.origin": ("forecast from", "прогноз с даты"),
    "axis.rmsle": ("error of the log (RMSLE)", "ошибка логарифма (RMSLE)"),
    "axis.size": ("actual total, VK streams", "фактический итог, прослушивания VK"),
    "axis.forecast_size": ("forecast, VK streams", "прогноз, прослушивания VK"),
    "axis.median_error": ("median error", "медианная ошибка"),
    "axis.covered": ("totals inside", "итогов внутри"),
    "axis.forecast_share": ("forecast chance of high", "вероятность высокого по прогнозу"),
    "axis.actual_share": ("share that became high", "доля ставших высокими"),
    "axis.ratio": ("a promotion in vain, in missed hits", "напрасное продвижение, в упущенных хитах"),
    "axis.cost": ("cost per 100 releases, in missed hits", "цена на 100 релизов, в упущенных хитах"),
    "axis.month": ("month of release", "месяц выхода"),
    "axis.day": ("day", "день"),
    "axis.rows": ("rows", "строк"),
    "axis.drift": ("population stability index", "индекс стабильности (PSI)"),
    "column.mark": ("★", "★"),
    "column.artist_name": ("Artist", "Артист"),
    "column.release_title": ("Title", "Название"),
    "column.release_date": ("Out", "Вышел"),
    "column.as_of_day": ("Days known", "Известно дней"),
    "column.as_of_date": ("Forecast on", "Прогноз от"),
    "column.horizon_days": ("Total of, days", "Итог за, дней"),
    "column.known_streams": ("Streams so far", "Уже набрано"),
    "column.expected_streams": ("Expected, VK streams", "Ожидается прослушиваний VK"),
    "column.predicted_streams": ("Forecast, VK streams", "Прогноз, прослушивания VK"),
    "column.change": ("Since the day before", "К прошлому дню"),
    "column.lower_80": ("80 % from", "80 %: от"),
    "column.upper_80": ("80 % to", "80 %: до"),
    "column.lower_90": ("90 % from", "90 %: от"),
    "column.upper_90": ("90 % to", "90 %: до"),
    "column.predicted_class": ("Class", "Класс"),
    "column.previous_class": ("Class before", "Прежний класс"),
    "column.probability_high": ("Chance of high", "Вероятность высокого"),
    "column.promotion_value": ("Worth of promoting", "Польза продвижения"),
    "column.promote": ("Promote", "Продвигать"),
    "column.genre": ("Genre", "Жанр"),
    "column.label_name": ("Label", "Лейбл"),
    "column.main_drivers": ("Why", "Почему"),
    "column.actual_streams": ("Actual, VK streams", "Факт, прослушивания VK"),
    "column.model_name": ("Model", "Модель"),
    "column.predicted_at": ("Scored at", "Рассчитан"),
    "column.driver_kind": ("Of", "Чего"),
    "column.driver_rank": ("Place", "Место"),
    "column.effect": ("Effect on the forecast", "Влияние на прогноз"),
    "column.reason": ("Reason", "Причина"),
    "column.similarity_rank": ("Place", "Место"),
    "column.distance": ("Distance, standard deviations", "Расстояние, станд. отклонений"),
    "column.task": ("Forecast of", "Прогноз"),
    "column.metric_name": ("Metric", "Метрика"),
    "column.metric_value": ("Value", "Значение"),
    "column.feature_set": ("Sees", "Видит"),
    "column.release_count": ("Releases", "Релизов"),
    "column.release_month": ("Month of", "Месяц с"),
    "column.table_told": ("Report", "Отчёт"),
    "column.first_day": ("First day", "Первый день"),
    "column.last_day": ("Last day", "Последний день"),
    "column.delivered_at": ("Delivered at", "Доставлено"),
    "column.delivered_count": ("Days delivered", "Дней доставлено"),
    "column.missing_count": ("Days missing", "Дней нет"),
    "column.row_count": ("Rows", "Строк"),
    "column.file_count": ("Files", "Файлов"),
    "column.file_name": ("File", "Файл"),
    "column.feature_name": ("Feature", "Признак"),
    "column.stability_index": ("Stability index (PSI)", "Индекс стабильности (PSI)"),
    "column.index_limit": ("Limit", "Предел"),
    "column.main_told": ("Among the main ones", "Из главных"),
    "column.recent_release_count": ("Recent releases", "Недавних релизов"),
    "column.computed_at": ("Computed at", "Рассчитано"),
    "column.table_name": ("Table", "Таблица"),
    "column.data_through_date": ("Data through", "Данные по"),
    "column.published_at": ("Published at", "Опубликовано"),
    "column.previous_published_at": ("Published before at", "Прошлая публикация"),
    "column.run_id": ("Run", "Запуск"),
}

WORDS: Mapping[str, tuple[str, str]] = {
    "low": ("low", "низкий"),
    "medium": ("medium", "средний"),
    "high": ("high", "высокий"),
    "yes": ("yes", "да"),
    "no": ("no", "нет"),
    "streams": ("streams", "прослушивания"),
    "classes": ("classes", "классы"),
    "feature": ("a feature", "признака"),
    "group": ("a group", "группы"),
    "tiktok": ("TikTok only", "только TikTok"),
    "tiktok_vk": ("TikTok and VK", "TikTok и VK"),
    "tiktok_sound_days": ("TikTok, sounds by day", "TikTok, звуки по дням"),
    "vk_stream_days": ("VK, streams by day", "VK, прослушивания по дням"),
    "catalog_tracks": ("Catalogue", "Каталог"),
    "catalog_recordings": ("Catalogue", "Каталог"),
    "catboost": ("hitcast", "hitcast"),
    "lightgbm": ("hitcast", "hitcast"),
    "log_linear": ("log-linear line", "лог-линейная прямая"),
    "unknown": ("unknown", "неизвестно"),
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
"""Words of the data; one that is not here, a genre of some other catalogue, is shown as it stands."""

TEXTS: Mapping[str, tuple[str, str]] = {**LABELS, **SENTENCES}


def text(key: str, language: Language, **values: object) -> str:
    """A text in a language, its placeholders filled in.

    Args:
        key: Of `TEXTS`.
        language: The reader's.
        values: By placeholder.
    """
    english, russian = TEXTS[key]
    told = (russian if language == "ru" else english).format(**values)
    # a number that ends on an abbreviation ends the sentence with its stop
    return told.replace("..", ".")


def word(value: Any, language: Language) -> str:
    """A word of the data in a language; as it stands where it is not known, a dash where there is none."""
    if not isinstance(value, str):
        return NOTHING if value is None or pd.isna(value) else str(value)
    english, russian = WORDS.get(value, (value, value))
    return russian if language == "ru" else english
