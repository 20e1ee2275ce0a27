"""What promotion adds: the streams that a campaign brings a release within the class horizon, or why nobody can say.

A promoted release is compared with what was expected of it, as of the day on which its campaign began, by a forecast
that has learned from releases without one. How far the outcome lies above is explained by the spend
(`ml.decide.effect_law`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from sklearn.linear_model import GammaRegressor, LinearRegression, LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from hitcast.core.words import plural
from ml.data import Marts, feature_columns
from ml.decide.campaigns import FIRST_DAY, comparison_rows, cross_fitted
from ml.decide.effect_law import EffectLaw, Observed, fit_law
from ml.decide.traits import Traits
from ml.estimators.ridge import DayRidge

MIN_CAMPAIGNS = 30
MIN_UNTREATED = 100
MAX_PROPENSITY = 0.9
"""Chance of a campaign above which a release has too few of its like without one. Source: Crump et al. 2009, Dealing
with limited overlap in estimation of average treatment effects (Biometrika 96:1)."""
MIN_COMPARABLE_SHARE = 0.8
NEEDED_Z = 1.645 + 0.842
"""Effect over its standard error at which a 90 % interval lies off 0 in four of five samples."""
FALLBACK_Z = 0.1
DRAWS = 400


@dataclass(frozen=True)
class Uplift:
    """A fitted law, and where it holds.

    Attributes:
        law: What a campaign adds.
        forecaster: Log of the streams to come without a campaign.
        bias: What is added to that log, by size and day.
        traits: What is known of a release by which campaigns add more or less.
        sizes: Least and most streams to come of the campaigns compared.
        last_day: Latest day since release on which one of them began.
        campaign_count: Campaigns compared.
        comparable_share: Share of the log's that have their like without one.
        seed: Of the draws.
    """

    law: EffectLaw
    forecaster: DayRidge
    bias: Pipeline
    traits: Traits
    sizes: tuple[float, float]
    last_day: int
    campaign_count: int
    comparable_share: float
    seed: int

    def size(self, rows: pd.DataFrame) -> np.ndarray:
        """Streams to come without a campaign, one number for each row of features."""
        forecast = self.forecaster.predict(rows)
        return np.asarray(np.exp(forecast + self.bias.predict(_place(forecast, rows["as_of_day"]))))

    def added(self, rows: pd.DataFrame, spend: np.ndarray) -> pd.DataFrame:
        """Streams that campaigns begun on the as-of day add to releases, one spend for each row of features.

        Returns:
            `added_streams` in the mean, `lower_90` and `upper_90` for the release itself; the index of `rows`.
        """
        place = (spend, rows["as_of_day"].to_numpy(dtype=float), self.size(rows), self.traits.of(rows))
        draws = self.law.draws(*place, DRAWS, self.seed)
        lower, upper = np.quantile(draws, [0.05, 0.95], axis=1)
        return pd.DataFrame(
            {"added_streams": self.law.expected(*place), "lower_90": lower, "upper_90": upper}, index=rows.index
        )

    def describe(self) -> str:
        """What was found, in one line."""
        amount, error = self.law.parameters[0], np.sqrt(self.law.covariance[0, 0])
        return (
            f"{self.law.usual_spend:,.0f} from the first day adds {amount:,.0f} streams "
            f"({amount - 1.645 * error:,.0f} to {amount + 1.645 * error:,.0f}), by {self.campaign_count} campaigns"
        )


@dataclass(frozen=True)
class Refusal:
    """Why nobody can say what promotion adds, in words."""

    reason: str

    def describe(self) -> str:
        """The same."""
        return self.reason


def fit_uplift(
    marts: Marts, campaigns: pd.DataFrame, horizon: int, as_of: date, seed: int = 0
) -> tuple[Uplift | Refusal, pd.DataFrame]:
    """Fit on the campaigns of the log, or say what is lacking.

    Args:
        marts: Features and targets.
        campaigns: As `ml.decide.campaigns.read_campaigns` gives them; at least one.
        horizon: Days from release in which streams are counted.
        as_of: Day from which on nothing is seen.
        seed: Of the draws.

    Returns:
        What was found, and the rows of comparison with a cross-fitted `forecast` of the log of the streams to come,
        empty where there are too few.
    """
    nothing = pd.DataFrame()
    named = sorted(set(campaigns["currency"].fillna("no currency")))
    if len(named) > 1:
        return Refusal(f"spends are in several currencies ({', '.join(named)}): deliver the log in one"), nothing
    rows = comparison_rows(marts, campaigns, horizon, as_of)
    if refusal := _too_few(rows, campaigns):
        return refusal, nothing
    numeric = feature_columns(marts.catalog, "tiktok_vk", rows).numeric
    rows = rows.assign(forecast=cross_fitted(rows, np.log1p(rows["left"].to_numpy()), numeric))
    return fit_rows(rows, numeric, horizon, seed), rows


def fit_rows(rows: pd.DataFrame, numeric: Sequence[str], horizon: int, seed: int) -> Uplift | Refusal:
    """The same from rows of comparison with a cross-fitted `forecast` of the log of the streams to come."""
    rows = rows[rows["start_day"] >= FIRST_DAY].reset_index(drop=True)
    propensity, is_promoted = propensities(rows), rows["is_promoted"].to_numpy()
    is_comparable = propensity <= MAX_PROPENSITY
    share = float(is_comparable[is_promoted].mean())
    if share < MIN_COMPARABLE_SHARE:
        return Refusal(
            f"only {share:.0%} of the {is_promoted.sum()} campaigns have releases of their like without one: "
            "what promotion adds cannot be told from what such releases do anyway"
        )
    traits = Traits.fit(rows[is_promoted & is_comparable])
    observed, bias = observe(rows, propensity, is_comparable, traits)
    law, count = fit_law(observed, horizon), len(observed.spend)
    needed = int(max(MIN_CAMPAIGNS, np.ceil(count * (NEEDED_Z / max(law.z, FALLBACK_Z)) ** 2)))
    if count < MIN_CAMPAIGNS or law.z < NEEDED_Z:
        return Refusal(_wanting(count, needed, law.z))
    untreated = rows[~is_promoted]
    forecaster = DayRidge(tuple(numeric)).fit(untreated, np.log1p(untreated["left"].to_numpy()))
    low, high = np.quantile(observed.expected, [0.01, 0.99])
    return Uplift(law, forecaster, bias, traits, (low, high), int(observed.start_day.max()), count, share, seed)


def propensities(rows: pd.DataFrame) -> np.ndarray:
    """Chance that a release of a row is promoted on its day, by what was known then."""
    past = rows.get("artist_mean_log_streams", pd.Series(np.nan, rows.index))
    known = np.column_stack(
        [
            rows["forecast"],
            rows["forecast"] ** 2,
            np.log1p(rows["known"]),
            (rows["release_date"] - rows["release_date"].min()).dt.days,
            past.isna(),
            past.fillna(0),
        ]
    )
    model = make_pipeline(StandardScaler(), LogisticRegression(C=100, max_iter=1000))
    model.fit(known, rows["is_promoted"], logisticregression__sample_weight=rows["weight"])
    return np.asarray(model.predict_proba(known)[:, 1])


def observe(
    rows: pd.DataFrame, propensity: np.ndarray, is_comparable: np.ndarray, traits: Traits
) -> tuple[Observed, Pipeline]:
    """Residuals of comparable campaigns, centered and scaled by releases without one.

    These are weighted by the odds of a campaign, so that they stand for the promoted ones: the estimate then holds
    where either the forecast or the propensity is right. Source: Robins, Rotnitzky & Zhao 1994 (JASA 89:427).
    """
    is_promoted, place = rows["is_promoted"].to_numpy(), _place(rows["forecast"], rows["start_day"])
    odds = np.where(is_comparable, rows["weight"] * propensity / (1 - np.minimum(propensity, MAX_PROPENSITY)), 0.0)
    untreated = ~is_promoted & (odds > 0)
    residual = np.log1p(rows["left"].to_numpy()) - rows["forecast"].to_numpy()
    bias = make_pipeline(StandardScaler(), LinearRegression())
    bias.fit(place[untreated], residual[untreated], linearregression__sample_weight=odds[untreated])
    residual = residual - bias.predict(place)
    variance = make_pipeline(StandardScaler(), GammaRegressor(alpha=0.01, max_iter=1000))
    variance.fit(place[untreated], residual[untreated] ** 2 + 1e-6, gammaregressor__sample_weight=odds[untreated])
    spread = np.sqrt(variance.predict(place))
    used = is_promoted & is_comparable
    return Observed(
        residual=residual[used],
        expected=np.exp(rows["forecast"].to_numpy() + bias.predict(place))[used],
        spread=spread[used],
        shape=_weighted_quantiles((residual / spread)[untreated], odds[untreated]),
        spend=rows.loc[used, "spend"].to_numpy(),
        start_day=rows.loc[used, "start_day"].to_numpy(dtype=float),
        traits=traits.of(rows[used]),
        cluster=rows.loc[used, "artist_id"].to_numpy(),
    ), bias


def _too_few(rows: pd.DataFrame, campaigns: pd.DataFrame) -> Refusal | None:
    """A refusal where not even a rough law can be fitted."""
    compared, others = rows[rows["is_promoted"]], rows.loc[~rows["is_promoted"], "release_id"].nunique()
    if len(compared) < MIN_CAMPAIGNS / 3:
        total = campaigns["release_id"].nunique()
        return Refusal(
            f"{len(compared)} of {total} {plural(total, 'en', 'campaign', 'campaigns')} can be compared: begun from "
            f"day {FIRST_DAY} on, window whole; at least {MIN_CAMPAIGNS - len(compared)} more are needed"
        )
    if others < MIN_UNTREATED:
        return Refusal(
            f"{others} {plural(others, 'en', 'release', 'releases')} without a campaign to compare with; "
            f"at least {MIN_UNTREATED - others} more are needed"
        )
    return None


def _wanting(count: int, needed: int, z: float) -> str:
    begun = f"{count} campaigns can be compared, begun from day {FIRST_DAY} on: "
    if z <= FALLBACK_Z:
        return f"{begun}they show no effect, and many times as many would be needed to tell a small one from 0"
    return f"{begun}too few to tell their effect from chance; about {needed - count} more are needed"


def _place(forecast: pd.Series | np.ndarray, day: pd.Series) -> np.ndarray:
    """By what residuals are centered and scaled: log size, its square, and the log of the days known."""
    size = np.asarray(forecast, dtype=float)
    return np.column_stack([size, size**2, np.log1p(np.asarray(day, dtype=float))])


def _weighted_quantiles(values: np.ndarray, weights: np.ndarray, count: int = 20) -> np.ndarray:
    order = np.argsort(values)
    reached = np.cumsum(weights[order]) / weights.sum()
    return np.asarray(values[order][np.searchsorted(reached, (np.arange(count) + 0.5) / count)])
