"""What a modelling command needs to know: where things lie and what is forecast."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """Places and choices shared by every modelling command.

    Attributes:
        warehouse: DuckDB file that holds the marts and the `ml` schema.
        mlflow_dir: Folder of the MLflow store (`mlflow.db` and `artifacts/`).
        optuna_file: SQLite file of the Optuna studies.
        horizons: Days from release that the stream totals cover, ascending.
        class_horizon: Horizon, one of `horizons`, whose total the commercial class is cut from.
        false_positive_cost: Cost of promoting a release that does not reach the top class.
        false_negative_cost: Cost of not promoting one that does, in the same unit.
        seed: Seed of everything random.
        patience_seconds: How long to wait for a warehouse that another process holds open.
        threads: Threads that CatBoost may use; part of what makes a fit reproducible.
    """

    warehouse: Path
    mlflow_dir: Path
    optuna_file: Path
    horizons: tuple[int, ...] = (14, 30)
    class_horizon: int = 30
    false_positive_cost: float = 5.0
    false_negative_cost: float = 1.0
    seed: int = 20211
    patience_seconds: float = 30.0
    threads: int = 2
