"""Homes with synthetic marts; what is slow to make is made once."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest

from hitcast.core.settings import Settings
from ml.data import Marts, modelling_frame, read_marts
from ml.evaluation.backtest import BacktestResult, backtest
from ml.splits import training_rows
from ml.train import TrainingRun, train
from tests.conftest import Once
from tests.ml.world import make_world

MakeHome = Callable[..., Settings]


def home(folder: Path, **world: object) -> Settings:
    """Settings of a new home with marts; `world` goes to `make_world`."""
    folder.mkdir(parents=True, exist_ok=True)
    make_world(folder / "warehouse.duckdb", **world)  # type: ignore[arg-type]
    settings = Settings(folder / "warehouse.duckdb", folder / "mlflow", folder / "optuna.db")
    horizons = world.get("horizons")
    return settings if horizons is None else replace(settings, horizons=horizons, class_horizon=max(horizons))  # type: ignore[arg-type,call-overload]


def quiet(message: str) -> None:
    """Progress that nobody reads."""


@pytest.fixture
def make_home(tmp_path: Path) -> MakeHome:
    """Makes a home of its own with a world of its own."""
    return lambda name="home", **world: home(tmp_path / name, **world)


@pytest.fixture(scope="session")
def _backtested_home(once: Once) -> tuple[Settings, BacktestResult]:
    """A home that tests only read, with a backtest; in its world growth matters."""

    def build(folder: Path) -> tuple[Settings, BacktestResult]:
        settings = home(folder / "home")
        with pytest.MonkeyPatch.context() as patch:
            # these marts carry no record of what they were built with
            patch.setattr("ml.data.stop_on_other_variables", lambda *given: None)
            return settings, backtest(replace(settings, variables={"territory": "KZ"}), progress=quiet, origins=6)

    made: tuple[Settings, BacktestResult] = once("backtested", build)
    return made


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A home that tests only read; in its world growth matters."""
    return home(tmp_path_factory.mktemp("shared"))


@pytest.fixture(scope="session")
def marts(settings: Settings) -> Marts:
    return read_marts(settings)


@pytest.fixture(scope="session")
def frame(marts: Marts) -> pd.DataFrame:
    return modelling_frame(marts, (14, 30))


@pytest.fixture(scope="session")
def training(marts: Marts, frame: pd.DataFrame) -> pd.DataFrame:
    """Everything that is mature when the data ends."""
    return frame[training_rows(frame, marts.data_through, (14, 30))].reset_index(drop=True)


@pytest.fixture(scope="session")
def backtested(_backtested_home: tuple[Settings, BacktestResult]) -> BacktestResult:
    return _backtested_home[1]


@pytest.fixture(scope="session")
def _trained_home(once: Once) -> tuple[Path, TrainingRun]:
    """A home trained two months before its data ends, so that releases with known totals can be scored."""

    def build(folder: Path) -> tuple[Path, TrainingRun]:
        settings = home(folder)
        as_of = read_marts(settings).data_through - timedelta(days=60)
        return folder, train(settings, as_of, progress=quiet)

    made: tuple[Path, TrainingRun] = once("trained", build)
    return made


@pytest.fixture
def trained(_trained_home: tuple[Path, TrainingRun], tmp_path: Path) -> tuple[Settings, TrainingRun]:
    """A copy of the trained home, free to be changed."""
    folder, result = _trained_home
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    return Settings(copy / "warehouse.duckdb", copy / "mlflow", copy / "optuna.db"), result
