"""Alerts in words: a line each, and a digest of all, in English or in Russian."""

import textwrap
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from hitcast.core.words import Language, day, number, one_line, percent, plural, times, word
from hitcast.serving.alerts.facts import KINDS, Alert

COLUMNS = 78
TITLES: Mapping[str, tuple[str, str]] = {
    "first_high": ("High from the first forecast", "Высокие с первого прогноза"),
    "plan_changed": ("Advice to promote changed", "Изменился совет о продвижении"),
    "forecast_moved": ("Forecast moved", "Прогноз изменился"),
    "spike": ("Spike against the artist's own past", "Всплеск против прошлого артиста"),
    "date_wrong": ("Wrong release date", "Неверная дата релиза"),
    "platform_late": ("Platform is late", "Площадка опаздывает"),
}
PLATFORMS = {
    "vk": ("VK", ("VK streams", "прослушиваний VK")),
    "tiktok": ("TikTok", ("TikTok views", "просмотров TikTok")),
}
NOTHING_NEW = ("Nothing that was not sent before.", "Нет ничего, что не отправлено раньше.")
SENTENCES: Mapping[str, tuple[str, str]] = {
    "first_high": (
        "first forecast is {stream_class}: {streams} streams in {horizon} days, chance of high {chance}, {known} known",
        "первый прогноз – {stream_class}: {streams} прослушиваний за {horizon}, вероятность высокого {chance}, "
        "известно {known}",
    ),
    "advised": (
        "promoting is now advised: chance of high {before} to {chance}, {streams} streams in {horizon} days, "
        "{to_come} of them to come",
        "теперь стоит продвигать: вероятность высокого с {before} до {chance}, {streams} прослушиваний за {horizon}, "
        "впереди {to_come}",
    ),
    "not_advised": (
        "promoting is no longer advised: chance of high {before} to {chance}, {streams} streams in {horizon} days",
        "продвигать больше не стоит: вероятность высокого с {before} до {chance}, {streams} прослушиваний за {horizon}",
    ),
    "reached": (
        "is a hit already, with {known} streams: promoting is no longer advised",
        "уже хит, прослушиваний {known}: продвигать больше не стоит",
    ),
    "spike": (
        "{count} {unit} on {day}, day {day_number}; {usual}",
        "{count} {unit} {day}, день {day_number}; {usual}",
    ),
    "spike_times": (
        "{times} the artist's usual for that day, {usual_count} ({earlier} earlier releases)",
        "{times} больше обычного для артиста в этот день, {usual_count} ({earlier})",
    ),
    "spike_none": (
        "the artist's usual for that day is none ({earlier} earlier releases)",
        "обычно у артиста в этот день ничего ({earlier})",
    ),
    "early streams": (
        "VK streams from {first} on, before the release date of the catalog, {catalog}",
        "прослушивания VK с {first}, раньше даты релиза в каталоге, {catalog}",
    ),
    "late streams": (
        "first VK streams on {first}, after the release date of the catalog, {catalog}",
        "первые прослушивания VK {first}, позже даты релиза в каталоге, {catalog}",
    ),
    "no streams where many were due": (
        "no VK streams since the release date of the catalog, {catalog}, where many were due",
        "нет прослушиваний VK с даты релиза в каталоге, {catalog}, хотя их должно быть много",
    ),
    "moved": ("the forecast follows the first streams", "прогноз считает от первых прослушиваний"),
    "refused": ("nothing is forecast", "прогноза нет"),
    "platform_late": (
        "{platform} is {days} late: last whole day {last}{other}",
        "{platform} опаздывает на {days}: последний полный день {last}{other}",
    ),
    "other": ("; {platform}'s {last}", "; у {platform} {last}"),
}


def describe(alert: Alert, language: Language = "en") -> str:
    """The alert in one line."""
    values = alert.values
    sentence = {
        "first_high": _first_high,
        "plan_changed": _plan_changed,
        "forecast_moved": _forecast_moved,
        "spike": _spike,
        "date_wrong": _date_wrong,
        "platform_late": _platform_late,
    }[alert.kind](values, language)
    if values["release_id"] is None:
        return sentence
    joint = ", " if alert.kind == "forecast_moved" else ": "
    return one_line(f"{values['artist_name']}: {values['release_title']}{joint}{sentence}")


def as_lines(alerts: Sequence[Alert], language: Language = "en") -> str:
    """The alerts, a line each."""
    return "\n".join(describe(alert, language) for alert in alerts)


def subject(alerts: Sequence[Alert], through: date, language: Language = "en") -> str:
    """A line that says of which day the alerts are and how many of each kind."""
    counts = [(kind, sum(alert.kind == kind for alert in alerts)) for kind in KINDS]
    kinds = ", ".join(f"{_pick(TITLES[kind], language).lower()} {count}" for kind, count in counts if count)
    return f"hitcast, {day(through, language)}: {kinds or _pick(NOTHING_NEW, language)}"


def digest(alerts: Sequence[Alert], language: Language = "en") -> str:
    """The alerts under a heading for each kind, in lines of at most 78 signs."""
    sections = []
    for kind in KINDS:
        own = [alert for alert in alerts if alert.kind == kind]
        if own:
            title = f"{_pick(TITLES[kind], language)} ({len(own)})"
            items = [
                textwrap.fill(describe(alert, language), COLUMNS, initial_indent="- ", subsequent_indent="  ")
                for alert in own
            ]
            sections.append("\n".join([title, "-" * len(title), *items]))
    return "\n\n".join(sections) or _pick(NOTHING_NEW, language)


def as_text(alerts: Sequence[Alert], through: date, language: Language = "en", is_digest: bool = False) -> str:
    """The alerts for a terminal or a chat.

    Args:
        alerts: The alerts, which may be none.
        through: Last day of the data that they rest on.
        language: The reader's.
        is_digest: Whether as a digest with its subject, rather than a line each.
    """
    if is_digest:
        return f"{subject(alerts, through, language)}\n\n{digest(alerts, language)}"
    return as_lines(alerts, language) or _pick(NOTHING_NEW, language)


def _pick(pair: tuple[str, str], language: Language) -> str:
    return pair[1 if language == "ru" else 0]


def _say(key: str, language: Language, **values: str) -> str:
    return _pick(SENTENCES[key], language).format(**values)


def _days(count: int, language: Language) -> str:
    form = ("day", "days", "") if language == "en" else ("день", "дня", "дней")
    return f"{count} {plural(count, language, *form)}"


def _horizon(values: Mapping[str, Any], language: Language) -> str:
    return str(values["horizon_days"]) if language == "en" else _days(values["horizon_days"], language)


def _earlier(count: int, language: Language) -> str:
    if language == "en":
        return str(count)
    return f"{count} {plural(count, 'ru', 'прежний релиз', 'прежних релиза', 'прежних релизов')}"


def _first_high(values: Mapping[str, Any], language: Language) -> str:
    return _say(
        "first_high",
        language,
        stream_class=word(values["predicted_class"], language),
        streams=number(values["predicted_streams"], language),
        horizon=_horizon(values, language),
        chance=percent(values["probability_high"], language),
        known=_days(values["as_of_day"], language),
    )


def _plan_changed(values: Mapping[str, Any], language: Language) -> str:
    if values["verdict"] == "hit":
        return _say("reached", language, known=number(values["known_streams"], language))
    return _say(
        "advised" if values["is_promotion_candidate"] else "not_advised",
        language,
        before=percent(values["previous_probability_high"], language),
        chance=percent(values["probability_high"], language),
        streams=number(values["predicted_streams"], language),
        horizon=_horizon(values, language),
        to_come=percent(values["share_to_come"], language),
    )


def _forecast_moved(values: Mapping[str, Any], language: Language) -> str:
    streams, classes = ([values[f"previous_{name}"], values[name]] for name in ("predicted_streams", "predicted_class"))
    before, after = (number(value, language) for value in streams)
    from_class, to_class = (word(value, language) for value in classes)
    if language == "ru":
        change = percent(streams[1] / streams[0] - 1, "ru", signed=True) if streams[0] else "с нуля"
        crossed = "" if from_class == to_class else f", класс был {from_class}, стал {to_class}"
        return f"{_days(values['horizon_days'], 'ru')}: с {before} до {after} прослушиваний ({change}{crossed})"
    change = f"{streams[1] / streams[0] - 1:+.0%}" if streams[0] else "from nothing"
    crossed = "" if from_class == to_class else f", {from_class} to {to_class}"
    return f"{values['horizon_days']} days: {before} to {after} streams ({change}{crossed})"


def _spike(values: Mapping[str, Any], language: Language) -> str:
    earlier = _earlier(values["earlier_release_count"], language)
    if values["usual_count"]:
        ratio = times(values["day_count"] / values["usual_count"], language)
        usual_count = number(values["usual_count"], language)
        usual = _say("spike_times", language, times=ratio, usual_count=usual_count, earlier=earlier)
    else:
        usual = _say("spike_none", language, earlier=earlier)
    return _say(
        "spike",
        language,
        count=number(values["day_count"], language),
        unit=_pick(PLATFORMS[values["platform"]][1], language),
        day=day(values["day"], language),
        day_number=str(values["day_number"]),
        usual=usual,
    )


def _date_wrong(values: Mapping[str, Any], language: Language) -> str:
    first, catalog = (day(values[name], language) for name in ("first_plain_stream_date", "catalog_release_date"))
    found = _say(values["verdict"], language, first=first, catalog=catalog)
    return f"{found}; {_say('moved' if values['is_date_moved'] else 'refused', language)}"


def _platform_late(values: Mapping[str, Any], language: Language) -> str:
    platform = values["platform"]
    (other,) = (PLATFORMS[name][0] for name in PLATFORMS if name != platform)
    last = values["other_last_whole_day"]
    return _say(
        "platform_late",
        language,
        platform=PLATFORMS[platform][0],
        days=_days(values["days_late"], language),
        last=day(values["last_whole_day"], language),
        other="" if last is None else _say("other", language, platform=other, last=day(last, language)),
    )
