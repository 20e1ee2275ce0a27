"""Whether a registered version can forecast from what the marts hold today, and what keeps it from that."""

from datetime import date

from hitcast.core.builds import FeatureOrigin, feature_origin, read_builds
from hitcast.core.errors import BusyError, HitcastError
from hitcast.core.settings import Settings
from hitcast.core.warehouse import open_warehouse
from ml.registry import store
from ml.registry.bundles import Bundle, load_bundle
from ml.registry.store import Version


def later_than_data(cutoff: date, data_through: date) -> str:
    """What to say of a model that was trained on days which have been withdrawn since; empty where it was not."""
    is_later = (cutoff - data_through).days > 1
    return f"was trained on {cutoff}, later than the data now reach ({data_through})" if is_later else ""


def find_obstacle(
    version: Version, bundle: Bundle, settings: Settings, origin: FeatureOrigin, data_through: date
) -> str:
    """What keeps a version from forecasting today's releases, to follow its number; empty where nothing does.

    Args:
        version: The version.
        bundle: Its models.
        settings: Horizons.
        origin: What the features were computed by.
        data_through: Last day that every source has delivered.
    """
    if changes := origin.changes_since(version.tags):
        # on today's features it would forecast from what it never learned
        return f"was trained on other features: {changes}"
    if later := later_than_data(bundle.cutoff, data_through):
        return later
    if (bundle.horizons, bundle.class_horizon) != (tuple(sorted(settings.horizons)), settings.class_horizon):
        return f"forecasts other horizons, {list(bundle.horizons)} and classes at {bundle.class_horizon}"
    return ""


def read_data_through(settings: Settings) -> date | None:
    """Last day that every source has delivered; None where nothing was.

    Raises:
        HitcastError: The warehouse or its table is missing.
    """
    with open_warehouse(settings, ["dataset_days"]) as connection:
        row = connection.execute("select data_through_date from dataset_days").fetchone()
    return None if row is None or row[0] is None else date.fromisoformat(str(row[0])[:10])


def obstacle_today(version: Version, settings: Settings, bundle: Bundle | None = None) -> str:
    """What keeps a version from forecasting, as far as warehouse and files tell; empty where nothing does.

    Without a warehouse only its files are looked at.

    Args:
        version: The version.
        settings: Places and horizons.
        bundle: Its models, where they have been read.
    """
    try:
        bundle = bundle or load_bundle(version.bundle)
    except HitcastError:
        return "cannot be read"
    try:
        origin, data_through = feature_origin(read_builds(settings)), read_data_through(settings)
    except BusyError:
        raise
    except HitcastError:
        return ""
    return "" if data_through is None else find_obstacle(version, bundle, settings, origin, data_through)


def promote_usable(settings: Settings, number: int) -> None:
    """Make a version the champion, if it can forecast.

    Raises:
        HitcastError: There is no such version, or it cannot forecast.
    """
    named = next((version for version in store.list_models(settings) if version.version == number), None)
    if named is not None and not named.is_champion and (obstacle := obstacle_today(named, settings)):
        raise HitcastError(
            f"version {number} {obstacle}", cure="Keep the champion, or train another with `hitcast train --promote`"
        )
    store.promote(settings, number)


def rollback_usable(settings: Settings) -> tuple[int, tuple[str, ...]]:
    """Make the latest champion before this one that can forecast the champion again.

    A rollback that was killed is finished instead, for the same command is given again then.

    Returns:
        Its version, and what is to be said besides, each in words: what was passed over, or that it was finished.

    Raises:
        HitcastError: There was none before, or none of them can forecast.
    """
    goal = store.standing_goal(settings)
    if goal is not None and goal.is_rollback:
        store.finish_rollback(settings, goal.version)
        return goal.version, ("finished what a killed rollback had begun",)
    obstacles: dict[int, str] = {}
    for earlier in store.earlier_champions(settings):
        if not (obstacle := obstacle_today(earlier, settings)):
            store.rollback(settings, earlier.version)
            return earlier.version, tuple(f"passed over version {each}, which {why}" for each, why in obstacles.items())
        obstacles[earlier.version] = obstacle
    if obstacles:
        listed = "; ".join(f"version {each} {why}" for each, why in obstacles.items())
        raise HitcastError(
            f"no earlier champion can forecast: {listed}",
            cure="Keep the champion, or train another with `hitcast train --promote`",
        )
    raise HitcastError("there is no earlier champion to return to", cure="See `hitcast models list`")
