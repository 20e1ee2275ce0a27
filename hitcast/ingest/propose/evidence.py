"""How well a file's column fits a contract's column: evidence from its name and from its values, 0 to 1 each."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hitcast.ingest.contract import Column, Contract
from hitcast.ingest.propose.countries import territories
from hitcast.ingest.propose.profiles import CODE, ISRC, Profile, varies_within
from hitcast.ingest.propose.reasons import no_day_of

STEM = 5
LONG_DIGITS = re.compile(r"\d{15,20}")
CLOCK = re.compile(r"\d{1,3}:\d{2}(:\d{2})?")
UNITS_OF = {"duration_seconds": ("minutes", "milliseconds", "days"), "average_play_seconds": ("minutes", "days")}
MAX_DAY_SHARE = 0.02
"""Half an hour as a fraction of a day; half of all songs are shorter, and no duration is so small in seconds."""
HALF, LITTLE, OUTSIDE = 0.5, 0.2, 0.6


@dataclass(frozen=True)
class Context:
    """What is known of a file beside the one column.

    Attributes:
        profiles: All its columns.
        identifier: The column that names recordings, by pattern or as other files hold its values too; None for none.
        joins: Whether the values of a column are found in another file, by header.
        largest: Sum of the column with the largest counts.
    """

    profiles: Sequence[Profile]
    identifier: Profile | None
    joins: Mapping[str, bool]
    largest: float


def context_of(profiles: Sequence[Profile], joins: Mapping[str, bool]) -> Context:
    """What is known of a file beside the one column."""
    ids = [profile for profile in profiles if profile.share(ISRC) > HALF]
    ids += [profile for profile in profiles if joins.get(profile.header)]
    counts = [profile.total for profile in profiles if is_count(profile, ids[0] if ids else None)]
    return Context(profiles, ids[0] if ids else None, joins, max(counts, default=0.0))


def is_count(profile: Profile, identifier: Profile | None) -> bool:
    """Whether a column may hold counts: whole numbers that are no ids, dates or row numbers."""
    if profile is identifier or profile.whole_share < 0.9 or profile.is_sequence or profile.dates:
        return False
    if profile.gtin_share > HALF or profile.share(LONG_DIGITS) > HALF:
        return False
    varies = varies_within(profile, identifier) if identifier else None
    return varies is None or varies > 0


def name_evidence(column: Column, header: str) -> float:
    """1 where a header is one of the column's names, less where it holds one."""
    words = _words(header)
    if header == column.name or not words:
        return 1.1 if words else 0.0
    best = 0.0
    for name in (column.name, *column.names):
        named = _words(name)
        if all(any(_alike(part, word) for word in words) for part in named):
            share = min(1.0, sum(map(len, named)) / sum(map(len, words)))
            best = max(best, 1.0 if len(named) == len(words) else 0.5 + 0.4 * share)
    return best


def value_evidence(column: Column, contract: Contract, profile: Profile, context: Context) -> float | None:
    """How much the values look like the column's; None where they cannot be."""
    if not profile.distinct:
        return 0.0
    if profile.outside and profile.outside.values:
        # the day or the country of a file; a column that says it goes first
        is_day = column.name == contract.day_column and profile.dates
        return OUTSIDE if is_day or (column.is_country and not profile.dates) else None
    if column.typical_share is not None and not profile.is_wide and any(other.is_wide for other in context.profiles):
        # of a wide file the cells are the counts; what else is a number is their sum
        return None
    return _of_type(column, contract, profile, context)


def _of_type(column: Column, contract: Contract, profile: Profile, context: Context) -> float | None:
    """By the column's data type."""
    if column.data_type == "date":
        return _date(profile, contract, context)
    if column.typical_share is not None:
        return _count(column, profile, context)
    if column.data_type in ("bigint", "double"):
        return _measure(column, profile, context)
    return None if profile.dates else _of_text(column, profile, context)


def _of_text(column: Column, profile: Profile, context: Context) -> float | None:
    """Of ids, countries, category words and names."""
    if column.is_identifier:
        return _identifier(column, profile, context)
    if column.is_country:
        return sum(bool(territories(value)) for value in profile.distinct) / len(profile.distinct) or None
    if column.words and column.name != "genre":
        known = sum(column.word_for(value) is not None for value in profile.distinct) / len(profile.distinct)
        return known if known >= HALF else None
    return _name(column, profile, context)


def _date(profile: Profile, contract: Contract, context: Context) -> float | None:
    is_day = contract.day_column is not None
    if not profile.dates or (is_day and no_day_of(profile, context.profiles)):
        return None
    releases = next((other for other in context.profiles if other.gtin_share > HALF), None)
    group = context.identifier if is_day else releases or context.identifier
    varies = varies_within(profile, group) if group else None
    if varies is not None and (varies > HALF) != is_day:
        return LITTLE
    rows = len(profile.values)
    # many days with every recording once is no report, a catalog of one single release date is unlikely
    is_listing = group is not None and profile.dates.days > 1 and len(group.distinct) > max(5, 0.8 * rows)
    return LITTLE if (is_listing if is_day else profile.dates.days == 1 and rows > 5) else 0.8


def _count(column: Column, profile: Profile, context: Context) -> float | None:
    """The nearer a sum's share of the largest one to the usual share, the better; the main count is the largest."""
    if not is_count(profile, context.identifier) or not column.typical_share:
        return None if profile.number_share < 0.8 or profile.dates else LITTLE
    share = profile.total / context.largest if context.largest else 0.0
    if column.typical_share == 1:
        return 0.9 if share == 1 else LITTLE
    if share in (0.0, 1.0):
        return 0.0
    return 0.6 * math.exp(-(math.log(share / column.typical_share) ** 2) / 2)


def _measure(column: Column, profile: Profile, context: Context) -> float | None:
    if column.name.endswith("_seconds") and (unit := unit_of(profile)) and unit in UNITS_OF[column.name]:
        return 0.6
    if profile.number_share < 0.8 or profile.gtin_share > HALF or profile.dates:
        return None
    if column.name == "track_number":
        fits = profile.whole_share == 1 and min(profile.numbers.values()) == 1 and max(profile.numbers.values()) <= 60
        return 0.6 if fits else 0.0
    if column.name == "spend":
        return LITTLE
    has_decimals = profile.whole_share < 0.9
    if column.name == "duration_seconds":
        return 0.6 if 60 <= profile.median <= 600 else 0.0
    return 0.6 if has_decimals and 0.2 <= profile.median <= 120 else 0.0


def unit_of(profile: Profile) -> str:
    """Unit of durations that are no seconds: minutes as in 3:25, milliseconds, or a spreadsheet's days; else empty."""
    if profile.share(CLOCK) > HALF:
        return "minutes"
    if profile.number_share <= 0.8 or profile.dates:
        return ""
    if 0 < profile.median < MAX_DAY_SHARE and max(profile.numbers.values()) < 1:
        return "days"
    return "milliseconds" if 60_000 <= profile.median <= 600_000 else ""


def _identifier(column: Column, profile: Profile, context: Context) -> float | None:
    code, isrc, gtin = profile.share(CODE), profile.share(ISRC), profile.gtin_share
    if column.name == "isrc":
        joined = 0.6 if context.joins.get(profile.header) and gtin < HALF else LITTLE * code
        return isrc if isrc > HALF else joined or None
    if column.name == "upc":
        return gtin if gtin > HALF else None if isrc > HALF else LITTLE * code
    if isrc > HALF or gtin > HALF:
        return None
    if column.name == "sound_id":
        return 0.9 if profile.share(LONG_DIGITS) > HALF else LITTLE * code
    repeats = len(profile.distinct) < 0.8 * sum(map(bool, profile.values))
    return None if code < HALF or profile.share(LONG_DIGITS) > HALF else HALF if repeats else LITTLE


def _name(column: Column, profile: Profile, context: Context) -> float | None:
    """Titles are many, artists fewer, labels and genres few; a code or a number is none of them."""
    if profile.share(ISRC) > HALF or profile.gtin_share > HALF or profile.number_share > 0.9:
        return None
    if profile.share(CODE) > 0.8 and not context.joins.get(profile.header):
        return 0.0
    if context.joins.get(profile.header):
        return None
    variety = len(profile.distinct) / max(sum(map(bool, profile.values)), 1)
    if column.name == "genre":
        known = sum(column.word_for(value) is not None for value in profile.distinct) / len(profile.distinct)
        return 0.8 * known
    usual = {"track_title": 0.95, "release_title": 0.6, "artist_name": 0.25, "label_name": 0.02}.get(column.name)
    # of a channel, say, the values tell nothing
    return 0.0 if usual is None else 0.75 * (1 - min(1.0, abs(variety - usual) * 1.5))


def _words(text: str) -> list[str]:
    spaced = re.sub(r"(?<=[a-zа-я])(?=[A-ZА-Я])", " ", text)
    return re.findall(r"[^\W_]+\+?", spaced.casefold().replace("ё", "е"))


def _alike(name: str, word: str) -> bool:
    """Whether two words are one, whatever their endings."""
    if name == word:
        return True
    shared = next((i for i, (a, b) in enumerate(zip(name, word, strict=False)) if a != b), min(len(name), len(word)))
    return shared >= STEM and shared >= 0.7 * max(len(name), len(word))
