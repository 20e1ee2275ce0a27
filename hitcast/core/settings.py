"""What a modelling command needs to know: where things lie and what is forecast."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Spark:
    """A warehouse on Spark, and the session that reaches it.

    Attributes:
        target: Target of dbt's profile that it is.
        schema: Schema of the marts; what the Python layer writes lies in `ml` beside it.
        session: Spark's settings as the profile gives them to dbt, by name.
        log: File for what Spark says of itself.
    """

    target: str
    schema: str
    session: Mapping[str, str]
    log: Path


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
        spark: The warehouse where it is one on Spark; None where it is the DuckDB file.
        variables: All variables of the project, which the marts must have been built with; empty where nothing is known
            of them.
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
    spark: Spark | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)

    @property
    def territory(self) -> str | None:
        """Country whose activity is forecast; None where nothing is known of the variables."""
        return self.variables.get("territory")

    @property
    def target(self) -> str:
        """Target of dbt's profile that the warehouse is."""
        return self.spark.target if self.spark else "duckdb"
