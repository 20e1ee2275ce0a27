"""What killed trainings left in the MLflow store is ended or finished; bundles that nobody can ask for go."""

import shutil
from pathlib import Path

from hitcast.core.settings import Settings
from ml.registry import store, tracking

MAX_EARLIER = 10
"""Champions before the present one that `rollback` can return to, and versions that may still be promoted."""
OUTSIDE_THE_LOCK = "tune"
"""Command that works beside the writer of a home, so that its running runs may be alive."""


def finish_killed(settings: Settings) -> list[str]:
    """Ends what killed commands had begun; to be called by the one writer of a home.

    A run that still counts as running is marked as killed, and what it had kept is removed unless it was registered. A
    version that was registered to become champion becomes it.

    Returns:
        What was done, each in words; empty where nothing was left.
    """
    if not (settings.mlflow_dir / "mlflow.db").exists():
        return []
    client = tracking.open_client(settings)
    message = []
    registered = {version.run_id for version in store.list_models(settings)}
    experiment = client.get_experiment_by_name(tracking.EXPERIMENT)
    running = (
        client.search_runs([experiment.experiment_id], "attributes.status = 'RUNNING'", max_results=1000)
        if experiment
        else []
    )
    for run in running:
        if run.data.tags.get("command") == OUTSIDE_THE_LOCK:
            continue
        if run.info.run_id not in registered:
            _remove(tracking.artifacts_dir(settings) / run.info.run_id)
        client.set_terminated(run.info.run_id, "KILLED")
        message.append(f"marked a {run.data.tags.get('command', 'run')} as killed")
    for version in store.list_models(settings):
        if store.TITLE_TAG in version.tags:
            if not version.is_champion:
                message.append(f"gave version {version.version} the title that a killed run owed it")
            store.promote(settings, version.version)
            break
    return message + _finish_goal(settings)


def _finish_goal(settings: Settings) -> list[str]:
    """Does what `promote` or `rollback` noted and was killed over."""
    goal = store.standing_goal(settings)
    if goal is None:
        return []
    if goal.is_rollback:
        store.finish_rollback(settings, goal.version)
        store.forget_goal(settings)
    else:
        store.promote(settings, goal.version)
    return [f"finished {'a rollback' if goal.is_rollback else 'a promotion'} to version {goal.version} that was killed"]


def prune(settings: Settings) -> list[int]:
    """Removes versions that are neither champion, nor among the last champions before it, nor among the last trained.

    Their runs stay with figures and importances; only bundles take space worth speaking of.

    Returns:
        Versions removed.
    """
    versions = store.list_models(settings)
    client = tracking.open_client(settings)
    kept = {version.version for version in versions[:MAX_EARLIER]}
    kept |= {version.version for version in versions if version.is_champion}
    kept |= {version.version for version in store.earlier_champions(settings)[:MAX_EARLIER]}
    gone = [version for version in versions if version.version not in kept]
    for version in gone:
        # the version first: one that is listed can be loaded
        client.delete_model_version(store.MODEL, str(version.version))
    registered = {version.bundle for version in versions if version not in gone}
    for bundle in tracking.artifacts_dir(settings).glob("*/artifacts/*bundle*"):
        if bundle not in registered:
            _remove(bundle)
    return sorted(version.version for version in gone)


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
