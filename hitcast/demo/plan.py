"""How large a demo world is for the rows that are wanted."""

from dataclasses import dataclass

DEFAULT_ROWS = 2_500_000
MIN_ROWS = 40_000
WEEKS = 157
# A week brings this many releases before days and segments are added; from here on, releases are added last.
FULL_WEEK = 37.5
RELEASES_PER_ARTIST = 7
# Rows of one recording of 2018 over the three years, and of one release's catalog entry.
EVERGREEN_ROWS = 2_500
CATALOG_ROWS = 1.6


@dataclass(frozen=True)
class Detail:
    """How closely a release is reported, with the rows that it costs.

    Attributes:
        last_age: Last day since release that is reported of a recording.
        smallest_segment: Streams below which VK pools a segment with others.
        rows_per_release: Rows of TikTok and VK that a release then has on average, as measured.
    """

    last_age: int
    smallest_segment: int
    rows_per_release: float


DETAILS = (
    Detail(30, 80, 178),
    Detail(35, 40, 272),
    Detail(45, 25, 419),
    Detail(60, 12, 770),
    Detail(75, 8, 1_144),
    Detail(90, 5, 1_739),
    Detail(120, 3, 3_016),
    Detail(150, 2, 4_613),
    Detail(180, 1, 8_113),
)


@dataclass(frozen=True)
class Plan:
    """How large a world is.

    Attributes:
        releases_per_week: Mean number of releases a week.
        artist_count: Artists on the label.
        last_age: Last day since release that is reported of a recording.
        smallest_segment: Streams below which VK pools a segment with others.
        evergreen_count: Recordings of 2018 that are reported on every day.
    """

    releases_per_week: float
    artist_count: int
    last_age: int
    smallest_segment: int
    evergreen_count: int


def plan_world(rows: int) -> Plan:
    """Chooses days after release and audience detail first, then releases, so that about `rows` rows come out.

    Args:
        rows: Raw rows wanted of all three tables together, for a world through 2021.

    Returns:
        The plan; the world it makes has the wanted rows to within a quarter.
    """
    affordable = [detail for detail in DETAILS if rows >= FULL_WEEK * WEEKS * detail.rows_per_release]
    detail = affordable[-1] if affordable else DETAILS[0]
    evergreen_count = 3 if affordable else 1
    releases = (rows - evergreen_count * EVERGREEN_ROWS) / (detail.rows_per_release + CATALOG_ROWS)
    return Plan(
        releases_per_week=releases / WEEKS,
        artist_count=max(round(releases / RELEASES_PER_ARTIST), 12),
        last_age=detail.last_age,
        smallest_segment=detail.smallest_segment,
        evergreen_count=evergreen_count,
    )
