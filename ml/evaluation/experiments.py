"""The reference work's findings as experiments: each asks one question and answers it in words, with its figures."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from rich.console import Group
from rich.table import Table
from rich.text import Text

from hitcast.core.errors import HitcastError
from hitcast.core.moments import moment_after
from hitcast.core.settings import Settings
from hitcast.core.warehouse import latest_moment, write_tables
from ml.evaluation.compare import read_origins
from ml.evaluation.experiments_measures import pessimism, rounding
from ml.evaluation.experiments_shared import DIFFERENCE, SEEDS, Bench
from ml.evaluation.experiments_training import leakage, likes, outliers
from ml.registry import tracking

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Experiment:
    """A question and how it is answered.

    Attributes:
        question: In words.
        run: From a bench to figures and an answer.
        shown: Metrics that the terminal shows.
    """

    question: str
    run: Callable[[Bench, Progress], tuple[pd.DataFrame, str]]
    shown: tuple[str, ...]


EXPERIMENTS: dict[str, Experiment] = {
    "likes": Experiment("Do TikTok likes hurt the forecast of streams?", likes, ("rmsle", "rmsle_change")),
    "outliers": Experiment(
        "Does training without the largest 1 % of releases lose the hits?",
        outliers,
        ("recall_of_hits", "rmsle_of_hits_change", "rmsle_change"),
    ),
    "rounding": Experiment(
        "What do a MAPE after rounding to 50,000 streams and an accuracy say?",
        rounding,
        ("mape", "rounded_mape_nearest", "rounded_mape_nonzero", "rounded_mape_up", "accuracy"),
    ),
    "pessimism": Experiment(
        "Does pessimism belong in the training, in the forecast or in the decision?",
        pessimism,
        ("expected_cost", "chance_less_share", "rmsle_change", "mape_from_1000", "volume_ratio"),
    ),
    "leakage": Experiment("What would a random split have claimed?", leakage, ("skill", "rmsle_change")),
}


@dataclass(frozen=True)
class ExperimentResult:
    """What an experiment found.

    Attributes:
        run_id: MLflow run, and key of the rows written.
        question: In words.
        answer: In words, with its figures.
        description: Which origins it rests on.
        figures: Rows of `ml.experiments`.
        shown: Metrics that the terminal shows.
    """

    run_id: str
    question: str
    answer: str
    description: str
    figures: pd.DataFrame
    shown: tuple[str, ...]

    def render(self) -> Group:
        """The figures at the longest horizon and the answer, within 80 columns."""
        title = f"{self.question} {SEEDS} seeds, {self.description}"
        table = Table(title=title, title_justify="left", width=80, box=None, pad_edge=False, padding=(0, 1, 0, 0))
        for heading in ("metric", "variant"):
            table.add_column(heading)
        for heading in ("value", "95 %"):
            table.add_column(heading, justify="right", no_wrap=True)
        longest = self.figures["horizon_days"].max()
        for feature_set, set_rows in self.figures[self.figures["horizon_days"] == longest].groupby(
            "feature_set", sort=False
        ):
            table.add_row(Text(f"{longest} days, {feature_set}", style="bold"))
            for metric in self.shown:
                for row in set_rows[set_rows["metric_name"] == metric].to_dict("records"):
                    table.add_row(metric, str(row["variant"]).removeprefix(f"{DIFFERENCE}: "), *_cells(row))
        return Group(table, Text(self.answer))


def experiment(
    name: str, settings: Settings, all_origins: bool = False, progress: Progress = print
) -> ExperimentResult:
    """Run an experiment, and write its figures and answer to `ml.experiments`.

    Args:
        name: A key of `EXPERIMENTS`.
        settings: Places and choices.
        all_origins: Include the untouched origins.
        progress: Takes a line for each origin and feature set.

    Raises:
        HitcastError: The name is unknown, marts are missing, or history is too short.
    """
    if name not in EXPERIMENTS:
        raise HitcastError(f"unknown experiment {name}", cure=f"Use one of {', '.join(EXPERIMENTS)}")
    asked = EXPERIMENTS[name]
    progress("Reading the marts")
    origins = read_origins(settings, all_origins)
    figures, answer = asked.run(Bench(origins, settings), progress)
    client = tracking.open_client(settings)
    with tracking.record_run(client, settings, "experiment") as run_id:
        tracking.log_figures(client, run_id, {"experiment": name, "origins": origins.description, "answer": answer}, {})
        rows = figures.assign(
            run_id=run_id,
            experiment=name,
            question=asked.question,
            answer=answer,
            evaluated_at=moment_after(latest_moment(settings, "experiments", "evaluated_at")),
        )
        write_tables(settings, {"experiments": rows})
    return ExperimentResult(run_id, asked.question, answer, origins.description, rows, asked.shown)


def _cells(row: Mapping[Hashable, Any]) -> tuple[str, str]:
    return f"{row['value']:.4f}", f"[{row['lower_95']:.4f}, {row['upper_95']:.4f}]"
