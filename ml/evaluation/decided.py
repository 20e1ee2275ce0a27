"""The label's decisions beside the plain rule's, and its own forecasts beside ours, on the same releases."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from hitcast.core.words import plural
from ml.evaluation.bootstrap import difference_interval, release_weeks, skill_interval
from ml.evaluation.metrics import promotion_costs, skill

MIN_WEEKS = 5
"""Release weeks below which an interval over them says little."""


@dataclass(frozen=True)
class DecisionComparison:
    """Decisions with an outcome, beside the rule's on the same releases and days.

    Attributes:
        release_count: Releases decided about whose window is loaded and that had a forecast by then.
        week_count: Their release weeks.
        agreed_count: Releases on which the label did as advised.
        own_cost: Mean cost of the label's decisions, in the unit of the costs, a release.
        rule_cost: The same of the rule's.
        interval: 95 % interval of the difference, the label's less the rule's; below 0 where the label did better.
        forecast_count: Releases for which the label gave a forecast of its own.
        forecast_skill: 1 - RMSLE of the label's forecasts / RMSLE of ours; above 0 where the label's erred less; NaN
            without any.
        forecast_interval: 95 % interval of that.
    """

    release_count: int
    week_count: int
    agreed_count: int
    own_cost: float
    rule_cost: float
    interval: tuple[float, float]
    forecast_count: int
    forecast_skill: float
    forecast_interval: tuple[float, float]

    def describe(self) -> list[str]:
        """In words, a line each."""
        if not self.release_count:
            return ["No decision has met its outcome yet: nothing to compare with the plain rule."]
        releases = plural(self.release_count, "en", "release", "releases")
        lines = [
            f"{self.release_count:,} {releases} decided about and grown up, {self.agreed_count:,} as advised. Cost a "
            f"release: yours {self.own_cost:.3f}, the plain rule's {self.rule_cost:.3f}. {self._verdict()}"
        ]
        if self.forecast_count:
            low, high = self.forecast_interval
            interval = "" if np.isnan(low) else f" [{low:+.0%}, {high:+.0%}]"
            lines.append(
                f"Your own forecasts of {self.forecast_count:,} of them: {self.forecast_skill:+.0%}{interval} error "
                "saved against ours (RMSLE; below 0 ours erred less)."
            )
        return lines

    def _verdict(self) -> str:
        low, high = self.interval
        if self.week_count < MIN_WEEKS or np.isnan(low):
            weeks = plural(self.week_count, "en", "week", "weeks")
            return f"{self.week_count} release {weeks} are too few to say which is better."
        between = f"difference {self.own_cost - self.rule_cost:+.3f} [{low:+.3f}, {high:+.3f}]"
        if low > 0:
            return f"The rule did better: {between}."
        if high < 0:
            return f"You did better: {between}."
        return f"No difference beyond chance: {between}."


def compare_decisions(decisions: pd.DataFrame, costs: tuple[float, float]) -> DecisionComparison:
    """Compares decisions with the plain rule's.

    Args:
        decisions: Rows of the table `decisions`: release_date, decision, is_advised, label_forecast, predicted_streams,
            actual_streams, is_top_class.
        costs: Cost of promoting a release that does not reach the top class, and of not promoting one that does.
    """
    known = decisions[["decision", "is_advised", "actual_streams"]].notna().all(axis=1)
    rows = decisions[known]
    weeks = release_weeks(rows["release_date"])
    top, advised = (rows[name].to_numpy(dtype=bool) for name in ("is_top_class", "is_advised"))
    promoted = (rows["decision"] == "promoted").to_numpy()
    own, rule = promotion_costs(top, promoted, *costs), promotion_costs(top, advised, *costs)
    given = rows[["label_forecast", "predicted_streams"]].notna().all(axis=1).to_numpy()
    actual, label, ours = (
        rows.loc[given, name].to_numpy(dtype=float)
        for name in ("actual_streams", "label_forecast", "predicted_streams")
    )
    nothing = float("nan")
    return DecisionComparison(
        release_count=len(rows),
        week_count=len(np.unique(weeks)),
        agreed_count=int((promoted == advised).sum()),
        own_cost=float(own.mean()) if len(rows) else nothing,
        rule_cost=float(rule.mean()) if len(rows) else nothing,
        interval=difference_interval(own, rule, weeks) if len(rows) else (nothing, nothing),
        forecast_count=int(given.sum()),
        forecast_skill=skill(actual, label, ours) if given.any() else nothing,
        forecast_interval=skill_interval(actual, label, ours, weeks[given]) if given.any() else (nothing, nothing),
    )
