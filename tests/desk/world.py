"""A published file as publishing makes it, filled by `world.sql` with releases that nobody released."""

import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import NormalDist

import duckdb

from hitcast.serving.publish import OWN_TABLES, PUBLISHED_TABLES
from hitcast.serving.tables import PUBLISHED_FORMAT
from ml.estimators.distribution import LEVELS
from tests.serving.published_world import columns_of

PRESENT = datetime(2026, 3, 2, 6, 30, tzinfo=UTC)
"""The clock of tests that stop it."""
HOSTILE = "<script>alert(1)</script> **x** [y](http://z)"
STATEMENTS = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8").split(";\n")
FIRST_ID = "4607000000001"
PAST_ID = "4606000000001"
"""A release of the catalog for which nothing is published but its days, and what came of it."""
MODEL, RUN = "hitcast/3", "run 2026-03-02"


def publish(
    file: Path,
    releases: int = 60,
    spread: int = 45,
    tested: int = 120,
    present: datetime = PRESENT,
    days_old: int = 1,
    hours_old: int = 0,
    changes: tuple[str, ...] = (),
    model: str = MODEL,
) -> None:
    """Writes a published file beside its place and puts it there, as publishing does.

    Args:
        file: Its place.
        releases: How many releases are forecast.
        spread: Days over which they come out, the last a week after the last day of data.
        tested: Releases of the backtest, which came out before.
        present: The clock, with its zone.
        days_old: Days since the last day of data.
        hours_old: Hours since the publication.
        changes: SQL run before the file is put in place.
        model: What the publication says scored it.
    """
    through = present.date() - timedelta(days=days_old)
    published_at = present.replace(tzinfo=None, microsecond=0) - timedelta(hours=hours_old)
    incoming = file.with_name(f".{file.name}.{uuid.uuid4().hex}.incoming")
    values = {
        "through": through, "published": published_at, "releases": releases, "spread": spread, "tested": tested,
    }  # fmt: skip
    with duckdb.connect(str(incoming)) as connection:
        for name, columns in tables().items():
            listed = ", ".join(f"{column} {kind}" for column, kind in columns.items())
            connection.execute(f"create table {name} ({listed})")
        connection.execute("create temp table levels (level double, z double)")
        normal = NormalDist()
        connection.executemany(
            "insert into levels values (?, ?)", [[float(one), normal.inv_cdf(float(one))] for one in LEVELS]
        )
        for statement in STATEMENTS:
            used = {name: value for name, value in values.items() if f"${name}" in statement}
            connection.execute(statement, used)
        for change in changes:
            connection.execute(change)
        for (name,) in connection.execute("select table_name from duckdb_tables() where not temporary").fetchall():
            if name == "publish_info":
                continue
            count = connection.table(name).shape[0]
            row = {
                "table_name": name, "row_count": count, "data_through_date": through, "published_at": published_at,
                "run_id": RUN, "model_name": model, "previous_published_at": published_at - timedelta(days=1),
                "marts_built_at": published_at - timedelta(minutes=1),
                "territory": "RU", "previous_run_id": "run 2026-03-01", "is_demo": False,
                "format_version": PUBLISHED_FORMAT,
            }  # fmt: skip
            places = ", ".join("?" * len(row))
            connection.execute(f"insert into publish_info ({', '.join(row)}) values ({places})", [*row.values()])
    incoming.replace(file)


def tables() -> dict[str, dict[str, str]]:
    """Name and type of each column of each published table, by the marts' contracts."""
    own = {name: {column: kind for column, (kind, _) in columns.items()} for name, (_, columns) in OWN_TABLES.items()}
    return {name: columns_of(name) for name in PUBLISHED_TABLES} | own


NO_LOG = tuple(f"delete from {table}" for table in ("promotion_effects", "promotion_plan", "campaigns"))
"""Changes: the label delivers no campaign log."""
NO_BACKTEST = ("delete from backtest_forecasts", "delete from model_performance", "delete from backtest_groups")
ALL_REFUSED = (
    """
    update release_predictions set
        predicted_streams = null, expected_streams = null, predicted_streams_rounded = null, lower_80 = null,
        upper_80 = null, lower_90 = null, upper_90 = null, probability_low = null, probability_medium = null,
        probability_high = null, predicted_class = null, promotion_value = null, is_promotion_candidate = null,
        refusal = 'not enough data: TikTok or VK delivered no day since the release',
        main_drivers = 'not enough data: TikTok or VK delivered no day since the release',
        main_drivers_ru = 'not enough data: TikTok or VK delivered no day since the release',
        previous_predicted_streams = null, previous_predicted_class = null,
        share_to_come = null, verdict = if(verdict = 'closed', 'closed', 'unknown')
    where not is_final
    """,
    "delete from prediction_drivers", "delete from similar_releases", "delete from forecast_quantiles",
    "delete from release_trajectories", "delete from promotion_plan",
)  # fmt: skip
LATE_VK = (
    """
    update release_days set
        vk_state = 'not_yet', vk_streams = null, vk_playlist_streams = null, vk_search_streams = null,
        vk_recommendation_streams = null, vk_own_music_streams = null, vk_paid_streams = null, vk_landed_streams = null
    where day > (select max(data_through_date) from release_predictions) - 3
    """,
    """
    update release_predictions set
        vk_days_known = greatest(0, as_of_day - 3), missing_days = least(3, as_of_day),
        data_note = 'VK is 3 days behind', data_note_ru = 'VK: 3 дня нет'
    where not is_final
    """,
    "delete from delivered_days where raw_table = 'vk_stream_days' and delivered_day > "
    "(select max(data_through_date) from release_predictions) - 3",
)
"""Changes: VK's reports are three days behind TikTok's."""
EMPTY = tuple(f"delete from {name}" for name in PUBLISHED_TABLES if name not in ("stream_classes", "promotion_costs"))
"""Changes: what is published before anything is forecast."""


def renamed(release_id: str, artist: str, title: str) -> tuple[str, ...]:
    """Changes: another name for a release, wherever it is published."""
    from hitcast.core.sql import literal

    return tuple(
        f"update {table} set artist_name = {literal(artist)}, release_title = {literal(title)} "
        f"where release_id = '{release_id}'"
        for table in ("releases", "release_predictions", "promotion_plan", "decisions")
    )


LONG = "Очень длинное название релиза " * 12 + "Донаудампфшиффартсгезелльшафтскапитэн" * 6
NAMES = {
    "long": (LONG, LONG),
    "emoji": ("🦄💔 Анна 🏳️‍🌈", "🎧🎧🎧"),
    "right to left": ("فيروز", "שלום עולם \u202e abc"),
    "script": (HOSTILE, HOSTILE),
}
ODD_NAMES = tuple(
    change for number, names in enumerate(NAMES.values(), 1) for change in renamed(f"460700000000{number}", *names)
)
"""Changes: the first four releases have names of each kind of `NAMES`, in their order."""
