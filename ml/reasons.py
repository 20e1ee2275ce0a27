"""Reasons in words: what a feature's value did to a forecast, as a manager reads it."""

import calendar
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from ml.wording import effect_in_words, human_number, many, share, times

MEASURES: Mapping[str, str] = {
    "tiktok_views": "TikTok views",
    "tiktok_creations": "TikTok creations",
    "tiktok_likes": "TikTok likes",
    "tiktok_comments": "TikTok comments",
    "tiktok_shares": "TikTok shares",
    "tiktok_favorites": "TikTok favorites",
    "tiktok_ugc_creations": "TikTok creations on users' own sounds",
    "tiktok_teaser_views": "TikTok views of teasers",
    "tiktok_teaser_creations": "TikTok creations with teasers",
    "tiktok_platform_views": "views on all of TikTok",
    "vk_streams": "VK streams",
}
VK_SOURCES: Mapping[str, str] = {
    "playlist": "came from playlists",
    "search": "came from search",
    "recommendation": "came from recommendations",
    "own_music": "came from listeners' own music",
    "paid": "came from paying subscribers",
}
GROUPS: Mapping[str, str] = {
    "tiktok_views": "TikTok views",
    "tiktok_creations": "TikTok creations",
    "tiktok_engagement": "TikTok comments, shares and favorites",
    "tiktok_likes": "TikTok likes",
    "tiktok_sounds": "the mix of TikTok sounds",
    "tiktok_prerelease": "TikTok teasers before release",
    "tiktok_platform": "the share of all that happened on TikTok",
    "vk_early": "VK streams so far",
    "calendar": "the time of the year",
    "competition": "other releases of the week",
    "catalog": "genre, label and kind of release",
    "artist_history": "the artist's earlier releases",
    "days_known": "how many days are known",
}
MISSING = "missing"
"""What the modelling frame says where a category is unknown."""
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Fact:
    """A feature of one release, all that a sentence may say.

    Attributes:
        value: Number, NaN where it is unknown; a category's name.
        as_of_day: Days known, 1 or more.
        class_horizon: Days of the streams that an artist's history counts.
    """

    value: float | str
    as_of_day: int
    class_horizon: int

    @property
    def number(self) -> float:
        """The value as a number; NaN for a category."""
        return float("nan") if isinstance(self.value, str) else float(self.value)

    @property
    def days(self) -> str:
        """The known days."""
        return "on the first day" if self.as_of_day == 1 else f"in the first {self.as_of_day} days"


def reason(name: str, fact: Fact, contribution: float, description: str = "", unit: str = "") -> str:
    """One sentence: what was seen, and what it did to the forecast.

    A feature that no template knows is told by its description and unit, so that one added to the marts needs no line
    here.

    Args:
        name: Feature, a column of `release_features`.
        fact: Its value for the release.
        contribution: To the natural log of the forecast.
        description: From the feature catalogue.
        unit: From the feature catalogue.
    """
    return f"{_seen(name, fact, description, unit)}: {effect_in_words(contribution)}"


def group_reason(group: str, contribution: float) -> str:
    """One sentence on all features of a group together."""
    return f"{GROUPS.get(group, group.replace('_', ' '))}, taken together: {effect_in_words(contribution)}"


def _seen(name: str, fact: Fact, description: str, unit: str) -> str:
    is_unknown = fact.value == MISSING if isinstance(fact.value, str) else np.isnan(fact.value)
    for pattern, tell in UNKNOWN if is_unknown else TEMPLATES:
        match = re.fullmatch(pattern, name)
        if match and (told := tell(fact, *match.groups())):
            return told
    if is_unknown:
        return f"{_subject(name, description)}: not known"
    shown = fact.value if isinstance(fact.value, str) else f"{_plain(fact.number)}{_with_unit(unit)}"
    return f"{_subject(name, description)}: {shown}"


def _subject(name: str, description: str) -> str:
    """What a feature is, in the catalogue's words up to the first stop."""
    words = re.split(r"[;.]\s|[;.]$", description.replace("`", ""), maxsplit=1)[0].strip()
    return words.replace("_", " ") or name.replace("_", " ")


def _plain(value: float) -> str:
    return human_number(value) if value >= 1000 else f"{value:.3g}"


def _with_unit(unit: str) -> str:
    return "" if unit in {"", "ratio", "share", "day", "category", "log"} else f" {unit}"


def _counting(before: str, thing: str, after: str = "") -> Callable[..., str]:
    """Tells a count of things: one track, 12 tracks, no track."""

    def tell(fact: Fact) -> str:
        plural = "" if round(fact.number) <= 1 else "s"
        return f"{before} {many(fact.number)} {thing}{plural} {after}".strip()

    return tell


def _on_day(fact: Fact, measure: str, day: str) -> str:
    return f"{many(fact.number)} {MEASURES[measure]} on day {day}" if measure in MEASURES else ""


def _total(fact: Fact, measure: str) -> str:
    if measure not in MEASURES:
        return ""
    when = "before release" if "teaser" in measure else fact.days
    return f"{many(fact.number)} {MEASURES[measure]} {when}"


def _slope(fact: Fact, measure: str) -> str:
    if measure not in MEASURES:
        return ""
    percent = 100 * float(np.expm1(fact.number))
    if abs(percent) < 0.5:
        return f"{MEASURES[measure]} stayed level from day to day"
    if percent >= 100:
        return f"{MEASURES[measure]} grew {times(1 + percent / 100)} a day"
    return f"{MEASURES[measure]} {'grew' if percent > 0 else 'fell'} {abs(percent):.0f} % a day"


def _last_over_first(fact: Fact, measure: str) -> str:
    if measure not in MEASURES:
        return ""
    subject, last = MEASURES[measure], fact.as_of_day - 1
    if fact.number >= 1.05:
        return f"{subject} grew {times(fact.number)} from day 0 to day {last}"
    if fact.number > 0.95:
        return f"{subject} of day {last} were those of day 0"
    return f"{subject} of day {last} were {share(fact.number)} of day 0's"


def _acceleration(fact: Fact, measure: str) -> str:
    if measure not in MEASURES:
        return ""
    if abs(fact.number) < 0.05:
        return f"{MEASURES[measure]} grew at the end as at the start"
    return f"growth of {MEASURES[measure]} {'picked up' if fact.number > 0 else 'slowed down'} in the known days"


def _per_view(fact: Fact, measure: str) -> str:
    return f"{fact.number * 1000:.1f} TikTok {measure} per 1,000 views"


def _vk_share(fact: Fact, source: str) -> str:
    return f"{share(fact.number)} of VK streams {VK_SOURCES[source]}" if source in VK_SOURCES else ""


VIEW_DAYS: Mapping[str, str] = {
    "last_day": "on the last known day",
    "last_three_days": "on the last three known days",
    "earlier": "before the last three known days",
}


def _views_per_stream(fact: Fact, days: str) -> str:
    return f"{_plain(float(np.exp(fact.number)))} TikTok views {VIEW_DAYS[days]} for each VK stream so far"


def _artist_growth(fact: Fact) -> str:
    grown = times(float(np.exp(fact.number)))
    return f"the artist's earlier releases had {grown} their first week's streams in {fact.class_horizon} days"


def _month(fact: Fact) -> str:
    return f"out in {calendar.month_name[int(fact.number)]}" if 1 <= fact.number <= 12 else ""


def _weekday(fact: Fact) -> str:
    return f"out on a {WEEKDAYS[int(fact.number)]}" if 0 <= fact.number <= 6 else ""


def _minutes(fact: Fact) -> str:
    minutes, seconds = divmod(round(fact.number), 60)
    return f"tracks last {minutes}:{seconds:02d} on average"


def _artist_streams(fact: Fact, which: str) -> str:
    word = {"last": "latest"}.get(which, which)
    return f"the artist's {word} earlier release had {human_number(fact.number)} streams in {fact.class_horizon} days"


def _artist_views(fact: Fact) -> str:
    return f"the artist's latest earlier release had {human_number(fact.number)} TikTok views in its first week"


Tell = Callable[..., str]
TEMPLATES: tuple[tuple[str, Tell], ...] = (
    (r"(\w+)_day_(\d+)", _on_day),
    (r"(\w+)_total", _total),
    (r"(\w+)_log_slope", _slope),
    (r"(\w+)_last_over_first", _last_over_first),
    (r"(\w+)_acceleration", _acceleration),
    (
        r"(\w+)_peak_day",
        lambda fact, of: f"most {MEASURES[of]} came on day {fact.number:.0f}" if of in MEASURES else "",
    ),
    (r"tiktok_views_per_creation", lambda fact: f"{human_number(fact.number)} TikTok views per creation"),
    (r"tiktok_(\w+)_per_view", _per_view),
    (r"tiktok_active_sounds_peak", _counting("", "TikTok sound", "in use on a day")),
    (r"tiktok_pgc_share_of_(\w+)", lambda fact, of: f"{share(fact.number)} of TikTok {of} were on the label's sounds"),
    (r"tiktok_largest_sound_share", lambda fact: f"the largest sound had {share(fact.number)} of TikTok creations"),
    (r"tiktok_average_play_seconds", lambda fact: f"a TikTok view lasted {fact.number:.0f} seconds on average"),
    (r"tiktok_teaser_days_active", _counting("", "day", "of teasers before release")),
    (r"tiktok_share_of_platform_(\w+)", lambda fact, of: f"{share(fact.number)} of all TikTok {of} {fact.days}"),
    (r"tiktok_delivered_days", lambda fact: f"TikTok reported {fact.number:.0f} of {fact.as_of_day} known days"),
    (r"vk_delivered_days", lambda fact: f"VK reported {fact.number:.0f} of {fact.as_of_day} known days"),
    (r"vk_(\w+)_share", _vk_share),
    (
        r"vk_streams_(first|last)_day_log_ratio",
        lambda fact, which: f"{share(float(np.exp(fact.number)))} of VK streams so far came on the {which} known day",
    ),
    (r"vk_tiktok_views_(last_day|last_three_days|earlier)_log_ratio", _views_per_stream),
    (r"release_weekday", _weekday),
    (r"release_month", _month),
    (r"first_week_holidays", _counting("", "holiday", "in the first week")),
    (r"window_holidays", lambda fact: _counting("", "holiday", f"in the first {fact.class_horizon} days")(fact)),
    (r"competing_releases", _counting("", "other release", "out in the same week")),
    (r"competing_genre_releases", _counting("", "other release", "of the genre out in the same week")),
    (r"genre", lambda fact: f"the genre is {fact.value}"),
    (r"label_name", lambda fact: f"the label is {fact.value}"),
    (r"release_type", lambda fact: f"it is {'an' if str(fact.value)[:1] in 'aeiou' else 'a'} {fact.value}"),
    (r"track_count", _counting("it has", "track")),
    (r"new_track_count", _counting("", "track", "not released before")),
    (r"mean_duration_seconds", _minutes),
    (r"explicit_share", lambda fact: f"{share(fact.number)} of the tracks are marked explicit"),
    (r"artist_release_count", _counting("the artist has", "earlier release")),
    (r"artist_(best|last)_streams", _artist_streams),
    (r"artist_mean_log_streams", lambda fact: _artist_streams(replace(fact, value=np.expm1(fact.number)), "typical")),
    (r"artist_last_first_week_views", _artist_views),
    (r"artist_mean_log_growth", _artist_growth),
    (r"artist_days_since_last_release", _counting("", "day", "after the artist's latest earlier release")),
    (r"as_of_day", _counting("", "day", "of data")),
)
"""Sentences by the whole name of a feature; the first that has something to say is taken."""

NO_PAST = "no earlier release of the artist to go by"
UNKNOWN: tuple[tuple[str, Tell], ...] = (
    (r"artist_(?!release_count)\w+", lambda fact: NO_PAST),
    (
        r"(\w+)_(?:log_slope|last_over_first|acceleration|peak_day)",
        lambda fact, of: f"how {MEASURES[of]} develop is not yet known" if of in MEASURES else "",
    ),
    (r"(\w+)_total", lambda fact, of: f"{MEASURES[of]} are not known" if of in MEASURES else ""),
    (
        r"(\w+)_day_(\d+)",
        lambda fact, of, day: (
            f"{MEASURES[of]} of day {day} are {'still to come' if int(day) >= fact.as_of_day else 'not known'}"
            if of in MEASURES
            else ""
        ),
    ),
    (r"competing_\w+", lambda fact: "how many releases compete is not known"),
    (r"vk_streams_\w+_log_ratio", lambda fact: "how VK streams develop is not yet known"),
    (r"vk_tiktok_\w+_log_ratio", lambda fact: "TikTok views for each VK stream are not known"),
    (r"vk_\w+_share", lambda fact: "where VK streams came from is not known"),
    (r"tiktok_(\w+)_per_view", lambda fact, of: f"no TikTok views to count {of} by"),
    (r"tiktok_(?!teaser|active|delivered)\w+", lambda fact: "too little on TikTok to take shares of"),
)
"""Sentences for a feature whose value is unknown."""
