"""Why no column of a file says the day of its counts, though some hold dates: in words for its owner."""

import re
from collections.abc import Sequence

from hitcast.ingest.headings import MADE, MONTH, end_of, is_published, stated_period
from hitcast.ingest.propose.outside import days_in
from hitcast.ingest.propose.profiles import Profile

MARKS = ' ,;"\t|'
WITHOUT_YEAR = re.compile(rf"\d{{1,2}}[-./]\d{{1,2}}|\d{{1,2}}[-. ]{MONTH}\.?|{MONTH}\.? \d{{1,2}}", re.IGNORECASE)


def no_day_of(profile: Profile, profiles: Sequence[Profile]) -> str:
    """Why a column of dates does not say the day of the counts beside it; empty where it may.

    Args:
        profile: The column.
        profiles: All columns of the file.
    """
    if profile.outside:
        return ""
    if profile.dates and is_published(profile.header):
        what = "is when something came out, and the counts beside it are of its whole life"
        return f"{profile.header} {what}: ask for counts of each day"
    columns = [other for other in profiles if not other.outside]
    own = columns.index(profile)
    place = end_of(own, [other.header for other in columns])
    if profile.dates and place is not None and columns[place].dates and columns[place].values != profile.values:
        pair = " and ".join(columns[i].header for i in sorted((own, place)))
        return f"{pair} are of periods: ask for counts of each day"
    if profile.distinct and profile.share(WITHOUT_YEAR) == 1 and not profile.dates and not _is_number(profile):
        cure = "ask for them with the year, or map `year` by hand"
        return f"the dates of {profile.header} have no year, as {profile.distinct[0]}: {cure}"
    return ""


def no_days(profiles: Sequence[Profile], name: str, above: Sequence[str]) -> list[str]:
    """All such reasons of a file: of its columns, of its name, and of the lines above its header."""
    found = [no_day_of(profile, profiles) for profile in profiles]
    periods = filter(None, map(stated_period, [name, *above]))
    found += [f"it states a period, {period}: ask for counts of each day" for period in periods]
    made = [line.strip(MARKS) for line in above if MADE.search(line) and days_in(line)]
    found += [f"the date in {line!r} may be when it was made: if not, map it as {{above_header: ...}}" for line in made]
    return list(dict.fromkeys(filter(None, found)))


def _is_number(profile: Profile) -> bool:
    """Whether values like 11.05 are numbers: such columns have others that could be no days."""
    return any(not 1 <= int(part) <= 31 for value in profile.distinct for part in re.findall(r"\d+", value))
