"""What a campaign adds, as a law of few numbers.

added = amount * return(spend) * (days left / horizon)^a * (streams to come / usual streams)^b * exp(c * traits) * luck
return(spend) = log(1 + spend / fading) / log(1 + usual spend / fading)

Spend pays in proportion at first, and ever less beyond the spend at which returns are fading. Campaigns add streams,
they do not multiply them: b is near 0. Traits are what is known of the release as its campaign begins, 0 for a usual
one. Luck is lognormal with a mean of 1.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import minimize

PRIOR_MEAN = np.array([0.0, np.log(10), 1.0, 0.0, np.log(0.8)])
PRIOR_SD = np.array([np.inf, 0.4, 0.5, 0.03, 0.3])
"""What is thought before: of the amount nothing; returns fading at ten times the usual spend, within a factor of
one and a half; streams in proportion to the days left, whatever the size; luck's log with a standard deviation of 0.8.
What little is added to large releases cannot be seen among their swings, so that there the prior decides."""
TRAIT_SD = 0.3
"""What is thought before of a release that is one standard deviation off in a trait: that a campaign adds as much as
usual, within a third or so."""
FIRST_TRAIT = len(PRIOR_MEAN)
"""Place of the traits' powers among the parameters."""
FADING_REACH = (-3.0, 8.0)
"""Least and most log of fading over usual spend."""
LUCK, LUCK_WEIGHTS = np.polynomial.hermite_e.hermegauss(7)
LUCK_WEIGHTS = LUCK_WEIGHTS / LUCK_WEIGHTS.sum()
STEP = 0.05
"""Part of a parameter's scale by which derivatives are taken."""


@dataclass(frozen=True)
class Observed:
    """Campaigns and what came of each.

    Attributes:
        residual: Log of the streams that came, less the log expected without a campaign.
        expected: Streams expected without one.
        spread: Standard deviation of the residual without one.
        shape: Quantiles of residual over spread among releases without a campaign, evenly spaced.
        spend, start_day: Of each campaign.
        traits: Of each campaign's release, shape (campaigns, traits), in standard deviations off the mean.
        cluster: Artist.
    """

    residual: np.ndarray
    expected: np.ndarray
    spread: np.ndarray
    shape: np.ndarray
    spend: np.ndarray
    start_day: np.ndarray
    traits: np.ndarray
    cluster: np.ndarray


@dataclass(frozen=True)
class EffectLaw:
    """The fitted law.

    Attributes:
        parameters: Amount, log of fading over usual spend, powers of days left and size, log of luck's standard
            deviation, powers of the traits.
        covariance: Of the parameters, by sandwich over artists.
        usual_spend, usual_size: What spend and size are divided by.
        horizon: Days from release in which streams are counted.
    """

    parameters: np.ndarray
    covariance: np.ndarray
    usual_spend: float
    usual_size: float
    horizon: int

    def expected(
        self,
        spend: np.ndarray,
        start_day: np.ndarray,
        size: np.ndarray,
        traits: np.ndarray,
        parameters: np.ndarray | None = None,
    ) -> np.ndarray:
        """Streams that campaigns add in the mean; one begun before release has more days left than the horizon."""
        parameters = self.parameters if parameters is None else parameters
        amount, log_fading, by_days, by_size = parameters[:4]
        left = np.clip(self.horizon - start_day, 0, None) / self.horizon
        fading = np.exp(np.clip(log_fading, *FADING_REACH))
        returns = np.log1p(spend / self.usual_spend / fading) / np.log1p(1 / fading)
        by_traits = np.exp(traits @ parameters[FIRST_TRAIT:])
        return np.asarray(amount * returns * left**by_days * (size / self.usual_size) ** by_size * by_traits)

    def draws(
        self, spend: np.ndarray, start_day: np.ndarray, size: np.ndarray, traits: np.ndarray, count: int, seed: int
    ) -> np.ndarray:
        """Streams that campaigns may add, shape (campaigns, count): the law is uncertain, and so is luck."""
        generator = np.random.default_rng(seed)
        parameters = generator.multivariate_normal(self.parameters, self.covariance, count)
        means = np.column_stack([self.expected(spend, start_day, size, traits, drawn) for drawn in parameters])
        spread = np.exp(np.minimum(parameters[:, 4], 0.5))
        return np.asarray(means * np.exp(spread * generator.normal(size=means.shape) - spread**2 / 2))

    @property
    def z(self) -> float:
        """The amount over its standard error."""
        return float(self.parameters[0] / np.sqrt(self.covariance[0, 0]))


def fit_law(observed: Observed, horizon: int) -> EffectLaw:
    """Fit to residuals in logs, where one viral release does not outweigh the rest; what is added counts in streams.

    A release that would have had exp(e) times the streams expected has exp(e) + added / expected times with a campaign.
    Mean and variance of that log follow from the residuals of releases without a campaign and from luck; the law is
    the one of the highest normal likelihood times the prior. What a campaign takes away is treated as a mirror image.

    Source: quasi-likelihood with a sandwich covariance, White 1982 (Econometrica 50:1), clustered by artist; residuals
    of cross-fitted forecasts, Chernozhukov et al. 2018 (Econometrics Journal 21:C1).
    """
    trait_count = observed.traits.shape[1]
    prior_mean, prior_sd = np.pad(PRIOR_MEAN, (0, trait_count)), np.append(PRIOR_SD, np.full(trait_count, TRAIT_SD))
    law = EffectLaw(
        prior_mean,
        np.eye(len(prior_mean)),
        float(np.median(observed.spend)),
        float(np.median(observed.expected)),
        horizon,
    )
    place = (observed.spend, observed.start_day, observed.expected, observed.traits)
    shares = law.expected(*place, np.array([1.0, *prior_mean[1:]]))
    amounts = np.expm1(observed.residual) * observed.expected / shares
    low, first, high = np.quantile(amounts, [0.25, 0.5, 0.75])
    scale = np.array(
        [max(abs(first) / 5, (high - low) / np.sqrt(len(amounts))), 0.3, 0.3, 0.03, 0.2, *[0.1] * trait_count]
    )

    def loss(scaled: np.ndarray) -> float:
        parameters = scaled * scale
        doubt = np.sum(((parameters - prior_mean) / prior_sd) ** 2)
        return float(_losses(parameters, law, observed).sum() + 0.5 * doubt)

    start = np.concatenate([[first], prior_mean[1:]]) / scale
    with np.errstate(over="ignore", invalid="ignore"):
        best = minimize(loss, start, method="BFGS", options={"gtol": 1e-2, "maxiter": 60}).x
        covariance = _sandwich(best, loss, scale, prior_sd, law, observed)
    return EffectLaw(best * scale, covariance, law.usual_spend, law.usual_size, horizon)


def _losses(parameters: np.ndarray, law: EffectLaw, observed: Observed) -> np.ndarray:
    """Minus the log likelihood of each campaign."""
    place = (observed.spend, observed.start_day, observed.expected, observed.traits)
    added = law.expected(*place, parameters) / observed.expected
    spread = np.exp(np.clip(parameters[4], -3, 1))
    luck = np.exp(spread * LUCK - spread**2 / 2)
    usual = observed.spread[:, None] * observed.shape[None, :]
    gained = np.log1p(np.abs(added)[:, None, None] * luck * np.exp(-usual)[:, :, None])
    logs = usual[:, :, None] + np.sign(added)[:, None, None] * gained
    mean = (logs @ LUCK_WEIGHTS).mean(axis=1)
    variance = (((logs - mean[:, None, None]) ** 2) @ LUCK_WEIGHTS).mean(axis=1)
    return np.asarray(0.5 * np.log(variance) + 0.5 * (observed.residual - mean) ** 2 / variance)


def _sandwich(
    best: np.ndarray,
    loss: Callable[[np.ndarray], float],
    scale: np.ndarray,
    prior_sd: np.ndarray,
    law: EffectLaw,
    observed: Observed,
) -> np.ndarray:
    """Covariance of the parameters; `best` and what `loss` takes are parameters over `scale`."""
    steps = np.diag(np.full(len(best), STEP))
    slopes = np.column_stack(
        [
            (_losses((best + step) * scale, law, observed) - _losses((best - step) * scale, law, observed))
            / (2 * (step * scale).sum())
            for step in steps
        ]
    )
    bent = np.zeros((len(best), len(best)))
    for row, one in enumerate(steps):
        for column, other in enumerate(steps[: row + 1]):
            corners = loss(best + one + other) - loss(best + one - other)
            corners += loss(best - one - other) - loss(best - one + other)
            bent[row, column] = bent[column, row] = corners / (4 * STEP**2)
    sizes, directions = np.linalg.eigh(bent)
    inverse = (directions / np.maximum(sizes, 1e-6 * sizes.max())) @ directions.T * np.outer(scale, scale)
    per_artist = pd.DataFrame(slopes).groupby(observed.cluster).sum().to_numpy()
    meat = per_artist.T @ per_artist + np.diag(prior_sd**-2.0)
    return np.asarray(inverse @ meat @ inverse)
