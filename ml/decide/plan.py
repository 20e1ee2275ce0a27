"""The plan of a budget: which open releases to promote, and with how much."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

import pandas as pd

from hitcast.core.errors import HitcastError
from hitcast.core.label import Label

TABLE_COLUMNS = (
    "release_id", "start_day", "spend", "currency", "added_streams", "lower_90", "upper_90", "value", "goal", "note",
)  # fmt: skip
PLAN_COLUMNS = ("release_id", "spend", "added_streams", "lower_90", "upper_90", "value")


class Step(NamedTuple):
    """A further amount for a release: from one spend to the next, and what 1 of it adds."""

    release_id: str
    begins: float
    ends: float
    worth: float


@dataclass(frozen=True)
class Plan:
    """A budget laid out.

    Attributes:
        rows: A row a promoted release, the one that adds most for its spend first: `PLAN_COLUMNS`, value being what the
            added streams pay, NaN without payouts.
        budget: What could be spent.
        unspent: What is left of it.
        reason: Why something is left, in words; empty where nothing is.
    """

    rows: pd.DataFrame
    budget: float
    unspent: float
    reason: str


def label_plan(effects: pd.DataFrame, rows: pd.DataFrame, label: Label) -> pd.DataFrame:
    """The plan of the label's budget in the columns of `ml.promotion_plan` but run_id.

    Args:
        effects: Rows of `ml.uplift`.
        rows: Features of the open releases, of which the share of paying listeners is read.
        label: The label's figures; without a budget the plan is empty, as where what promotion adds is not known.
    """
    usable = effects[effects["refusal"].isna()]
    if label.budget is None or usable.empty:
        return pd.DataFrame(columns=[*TABLE_COLUMNS, "budget"])
    shares = rows.set_index("release_id")["vk_paid_share"].dropna().to_dict() if "vk_paid_share" in rows else {}
    return plan_table(plan_of_label(usable, shares, label, label.budget), usable, label)


def plan_of_label(effects: pd.DataFrame, paid_shares: Mapping[Any, float], label: Label, budget: float) -> Plan:
    """The plan of a budget by the label's own payouts; in streams where it gives none.

    Args:
        effects: As `plan_budget` takes them, with the currency of the spends; rows with a refusal left out.
        paid_shares: Share of paying listeners' streams by release, where it is known.
        label: The label's figures.
        budget: In the currency of the spends.

    Raises:
        HitcastError: The label's currency is another than that of the spends.
    """
    currencies = sorted(set(effects["currency"].dropna()))
    if label.currency and currencies and currencies != [label.currency]:
        what = f"is {label.currency}, and the campaign log's spends are in {', '.join(currencies)}"
        raise HitcastError(what, "currency of label.yml", "Give payouts and budget in the log's currency")
    values = {}
    for release in effects["release_id"].astype(str).unique():
        value = label.stream_value(paid_shares.get(release))
        if value is None:
            return plan_budget(effects, budget)
        values[release] = value
    return plan_budget(effects, budget, values)


def plan_table(plan: Plan, effects: pd.DataFrame, label: Label) -> pd.DataFrame:
    """A plan in the columns of `ml.promotion_plan` but run_id: a row a release, and one for what is left.

    Args:
        plan: The plan.
        effects: What it was made from.
        label: The label's figures.
    """
    rows = plan.rows.merge(effects[["release_id", "spend", "start_day", "currency"]], on=["release_id", "spend"])
    rows["goal"] = [label.goals.get(str(release).lstrip("0")) for release in rows["release_id"]]
    if plan.unspent > 0:
        left = pd.DataFrame([{"spend": plan.unspent, "note": plan.reason, "currency": label.currency or None}])
        rows = pd.concat([rows, left], ignore_index=True)
    return rows.reindex(columns=[*TABLE_COLUMNS]).assign(budget=plan.budget)


def plan_budget(effects: pd.DataFrame, budget: float, values: Mapping[str, float] | None = None) -> Plan:
    """Spends a budget where the next amount adds most.

    Each release may be promoted by one of the spends that its effects are given for. Of these the ones are kept on
    which each further amount adds less than the one before (the concave envelope), so that taking the best step first,
    again and again, is the best plan to within the last step. Source: Sinha & Zoltners 1979, The multiple-choice
    knapsack problem (Operations Research 27).

    Args:
        effects: A row a release and spend: release_id, spend (above 0), added_streams, lower_90, upper_90.
        budget: In the currency of the spends.
        values: What a stream pays, by release; None where the label gives no payout: then streams alone count. With
            payouts, a step is taken only where what it adds pays at least what it costs.

    Returns:
        The plan.
    """
    least = 0.0 if values is None else 1.0
    chosen: dict[str, float] = {}
    left, is_short = float(budget), False
    for step in sorted(_steps(effects, values), key=lambda step: (-step.worth, step.release_id)):
        if step.worth <= least:
            break
        if chosen.get(step.release_id, 0.0) != step.begins:
            # the step before it did not fit
            continue
        if step.ends - step.begins > left:
            is_short = True
            continue
        chosen[step.release_id], left = step.ends, left - (step.ends - step.begins)
    is_chosen = effects["spend"] == effects["release_id"].map(chosen).astype(float)
    rows = effects[is_chosen].assign(value=float("nan"))
    if values is not None:
        rows["value"] = rows["added_streams"] * rows["release_id"].map(values).astype(float)
    worth = rows["added_streams" if values is None else "value"] / rows["spend"]
    rows = rows.assign(worth=worth).sort_values(["worth", "release_id"], ascending=[False, True])
    return Plan(rows[list(PLAN_COLUMNS)].reset_index(drop=True), float(budget), left, _why_left(left, is_short, values))


def _steps(effects: pd.DataFrame, values: Mapping[str, float] | None) -> Iterator[Step]:
    """Steps along each release's concave envelope."""
    for release_id, rows in effects.groupby("release_id", sort=True):
        value = 1.0 if values is None else values[str(release_id)]
        ordered = rows.sort_values("spend")
        points = [(0.0, 0.0), *zip(ordered["spend"], value * ordered["added_streams"], strict=True)]
        envelope = points[:1]
        for point in points[1:]:
            while len(envelope) > 1 and _slope(envelope[-1], point) >= _slope(envelope[-2], envelope[-1]):
                envelope.pop()
            envelope.append(point)
        for before, after in pairwise(envelope):
            yield Step(str(release_id), before[0], after[0], _slope(before, after))


def _slope(before: tuple[float, float], after: tuple[float, float]) -> float:
    return (after[1] - before[1]) / (after[0] - before[0])


def _why_left(left: float, is_short: bool, values: Mapping[str, float] | None) -> str:
    if left <= 0:
        return ""
    if is_short:
        return "less is left than the next campaign costs"
    if values is not None:
        return "no further campaign would add streams that pay what it costs"
    return "no further campaign would add streams, by what the log shows"
