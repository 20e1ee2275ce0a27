"""`docs/notebook.md` runs as it stands."""

import re
from pathlib import Path
from typing import Any

import mlflow
import pytest

from hitcast.core.settings import Settings
from ml.registry import tracking
from ml.train import TrainingRun
from tests.ml.world import PROJECT

BLOCKS = re.findall(r"```python\n(.*?)```", (PROJECT / "docs" / "notebook.md").read_text(encoding="utf-8"), re.DOTALL)


def test_frame_fit_score_and_compare_in_fifteen_lines(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hitcast.core.project.settings_of", lambda home, variables: settings)
    names: dict[str, Any] = {}
    exec(BLOCKS[0], names)
    assert len(BLOCKS[0].splitlines()) <= 15
    low, high = names["bootstrap"].skill_interval(names["actual"], names["forecast"], names["plain"], names["weeks"])
    # in this world growth within the week decides, which the line does not see
    assert 0 < low < high < 1


def test_the_champion_scores_rows(
    trained: tuple[Settings, TrainingRun], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, _ = trained
    settings.warehouse.parent.rename(tmp_path / "data")
    tracking.open_client(Settings(Path(), tmp_path / "data" / "mlflow", Path()))
    monkeypatch.chdir(tmp_path)
    before = mlflow.get_tracking_uri()
    names: dict[str, Any] = {}
    try:
        exec(BLOCKS[1] + "\nscored = champion.predict(rows)", names)
    finally:
        mlflow.set_tracking_uri(before)
    assert len(names["scored"]) == 2 * len(names["rows"])
