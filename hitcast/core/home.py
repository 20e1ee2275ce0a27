"""The one home of data: where everything that hitcast writes lies."""

import os
from dataclasses import dataclass
from pathlib import Path

from hitcast.core.errors import HitcastError

UNFIT = "',$*?[]{}"
"""What a home's path cannot hold: dbt, DuckDB's globs and its list of folders to search read meaning into these."""
PROJECT_DIR = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Home:
    """Paths below `HITCAST_HOME`; two homes share nothing.

    Attributes:
        root: The home itself, absolute.
    """

    root: Path

    @classmethod
    def current(cls) -> "Home":
        """The home named by `HITCAST_HOME`, by default `data/` in the project, made if it is missing.

        Raises:
            HitcastError: The path holds a character of `UNFIT`.
        """
        named = os.environ.get("HITCAST_HOME")
        home = cls(Path(named).expanduser().resolve() if named else PROJECT_DIR / "data")
        if held := [sign for sign in UNFIT if sign in str(home.root)]:
            what = f"a home's path cannot hold {' '.join(held)}"
            raise HitcastError(what, str(home.root), "Name another: HITCAST_HOME=PATH")
        home.root.mkdir(parents=True, exist_ok=True)
        return home

    @property
    def raw(self) -> Path:
        """Landed Parquet, `<table>/<day column>=YYYY-MM-DD/delivery=000001/data.parquet`, and the ledger."""
        return self.root / "raw"

    @property
    def ledger(self) -> Path:
        """What was delivered when, and which files are read."""
        return self.raw / "landing_deliveries" / "data.parquet"

    @property
    def ledger_copy(self) -> Path:
        """The ledger once more, for the day on which it is damaged or lost."""
        return self.raw / "ledger_copy.parquet"

    @property
    def rejects(self) -> Path:
        """Rejected rows with their reasons."""
        return self.root / "rejects"

    @property
    def exports(self) -> Path:
        """Vendor exports of the demo world."""
        return self.root / "exports"

    @property
    def warehouse(self) -> Path:
        """The DuckDB file that dbt builds and `ml` writes to."""
        return self.root / "warehouse.duckdb"

    @property
    def mlflow(self) -> Path:
        """MLflow's store."""
        return self.root / "mlflow"

    @property
    def optuna_file(self) -> Path:
        """Optuna's studies."""
        return self.root / "optuna.db"

    @property
    def serving(self) -> Path:
        """What readers open."""
        return self.root / "serving"

    @property
    def report(self) -> Path:
        """The page on the latest backtest."""
        return self.root / "report.html"

    @property
    def records(self) -> Path:
        """What every step of every command did, as JSON lines."""
        return self.root / "logs" / "hitcast.jsonl"

    @property
    def dbt(self) -> Path:
        """dbt's target and log folders."""
        return self.root / "dbt"
