"""The one home of data: where everything that hitcast writes lies."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from hitcast.core.errors import HitcastError
from hitcast.core.files import written
from hitcast.core.formats import stop_if_newer

UNFIT = "',$*?[]{}#"
"""What a home's path cannot hold: dbt, DuckDB's globs and its list of folders to search read meaning into these."""
HOME_FORMAT = 2
"""Of homes that this version writes; raised when one of before would misread them. 12666e6 wrote 1, and noted none."""
PROJECT_DIR = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Home:
    """Paths below `HITCAST_HOME`; two homes share nothing.

    Attributes:
        root: The home itself, absolute.
    """

    root: Path

    @classmethod
    def current(cls, for_restore: bool = False) -> "Home":
        """The home named by `HITCAST_HOME`, by default `data/` in the project, made if it is missing.

        Args:
            for_restore: Also take a home that a killed restore has left unfinished.

        Raises:
            HitcastError: The path holds a character of `UNFIT`, or is a file's, or a later version wrote the home, or a
                restore of it is not finished.
        """
        named = os.environ.get("HITCAST_HOME")
        home = cls(Path(named).expanduser().resolve() if named else PROJECT_DIR / "data")
        if held := [sign for sign in UNFIT if sign in str(home.root)]:
            what = f"a home's path cannot hold {' '.join(held)}"
            raise HitcastError(what, str(home.root), "Name another: HITCAST_HOME=PATH")
        if not str(home.root).isprintable():
            what = "a home's path cannot hold signs that do not print"
            raise HitcastError(what, ascii(str(home.root)), "Name another: HITCAST_HOME=PATH")
        if file := next((part for part in (home.root, *home.root.parents) if part.is_file()), None):
            raise HitcastError("is a file, and a home is a folder", str(file), "Name another: HITCAST_HOME=PATH")
        home.root.mkdir(parents=True, exist_ok=True)
        stop_if_newer(home.noted_format(), HOME_FORMAT, str(home.root))
        _keep_private(home.root)
        if home.restoring.exists() and not for_restore:
            cure = "Wait for `hitcast restore`; if it was killed, give it again"
            raise HitcastError("is being restored", str(home.root), cure)
        return home

    def noted_format(self) -> int | None:
        """The format that the home notes of itself; None where it notes none, or the note cannot be read."""
        try:
            found = json.loads(self.format_note.read_text(encoding="utf-8"))["format"]
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None
        return found if type(found) is int else None

    def note_format(self) -> None:
        """Notes that the home is of this version's format."""
        with written(self.format_note) as part:
            part.write_text(json.dumps({"format": HOME_FORMAT}) + "\n", encoding="utf-8")

    @property
    def format_note(self) -> Path:
        """Of which format the home is."""
        return self.root / "format.json"

    @property
    def restoring(self) -> Path:
        """Stands while a backup is brought back: the backup's path."""
        return self.root / ".restoring"

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
    def label(self) -> Path:
        """What only the label knows: currency, payouts, budget and goals."""
        return self.root / "label.yml"

    @property
    def decisions(self) -> Path:
        """What people decided about releases."""
        return self.root / "decisions.db"

    @property
    def alerts(self) -> Path:
        """Which alerts were sent."""
        return self.root / "alerts.db"

    @property
    def optuna_file(self) -> Path:
        """Optuna's studies."""
        return self.root / "optuna.db"

    @property
    def databases(self) -> tuple[Path, ...]:
        """The SQLite files; none of them need exist."""
        return self.decisions, self.alerts, self.optuna_file, self.mlflow / "mlflow.db"

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


def _keep_private(root: Path) -> None:
    """Lets nobody read what this process writes who may not read the home: a home of mode 0700 is its owner's alone."""
    os.umask(os.umask(0o077) | (0o077 & ~root.stat().st_mode))


def is_demo(home: Home) -> bool:
    """Whether `hitcast demo-data` made up what a home holds: its exports lie there."""
    return any((home.exports / name).is_dir() for name in ("first", "deliveries"))
