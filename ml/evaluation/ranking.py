"""How well a score puts the releases that became hits before the others."""

import numpy as np

BEST_OF_WEEK = (1, 3, 5, 10)
PICKED_PERCENTS = (1, 2, 5, 10, 20)
"""Shares of the releases, in percent, that are picked to see how many hits are among them."""


def average_precision(hit: np.ndarray, score: np.ndarray) -> float:
    """Area under the precision-recall steps; rows with the same score enter together. NaN without a hit."""
    if not hit.any():
        return float("nan")
    hits, rows = _found_by_score(hit, score)
    return float(np.sum(np.diff(hits, prepend=0.0) * hits / rows) / hit.sum())


def _found_by_score(hit: np.ndarray, score: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Hits and rows down to each score, the highest first; rows with the same score enter together."""
    _, place = np.unique(-score, return_inverse=True)
    return np.cumsum(np.bincount(place, hit.astype(float))), np.cumsum(np.bincount(place)).astype(float)


def week_metrics(top: np.ndarray, probability: np.ndarray, weeks: np.ndarray) -> dict[str, float]:
    """Precision among the k best of a week, beside the most that the week's hits allow."""
    figures = {}
    for best in BEST_OF_WEEK:
        figures[f"precision_at_{best}_of_week"] = precision_of_week(top, probability, weeks, best)
        figures[f"precision_at_{best}_of_week_at_most"] = precision_of_week(top, top.astype(float), weeks, best)
    return figures


def precision_of_week(hit: np.ndarray, score: np.ndarray, weeks: np.ndarray, best: int) -> float:
    """Share of hits among the releases that lead their week by score, over all weeks together.

    Args:
        hit: Whether a release became one.
        score: The higher, the sooner it is picked. Of equals, each counts as far as places are left for them.
        weeks: Release week of each row.
        best: Picks a week; a week with fewer releases picks all.

    Returns:
        NaN without rows.
    """
    if not len(hit):
        return float("nan")
    order = np.lexsort((-score, weeks))
    ordered_weeks, ordered_scores = weeks[order], score[order]
    is_other_week = np.append(True, ordered_weeks[1:] != ordered_weeks[:-1])
    starts = np.flatnonzero(is_other_week | np.append(True, ordered_scores[1:] != ordered_scores[:-1]))
    tied_hits = np.add.reduceat(hit[order].astype(float), starts)
    counts = np.diff(np.append(starts, len(order)))
    # rows of the week that are ahead of each group of equals
    week_starts = np.flatnonzero(is_other_week)
    before = starts - week_starts[np.searchsorted(week_starts, starts, side="right") - 1]
    picked = np.clip(best - before, 0, counts)
    return float((picked * tied_hits / counts).sum() / picked.sum())


def lift_metrics(top: np.ndarray, probability: np.ndarray) -> dict[str, float]:
    """Hits among the best few percent of all releases: times those of a random pick, and as a share of all hits."""
    shares = np.array(PICKED_PERCENTS) / 100
    lift, found = lift_curve(top, probability, shares) if top.any() else ([], [])
    figures = {f"lift_of_best_{percent}_percent": value for percent, value in zip(PICKED_PERCENTS, lift, strict=False)}
    return figures | {
        f"found_by_best_{percent}_percent": value for percent, value in zip(PICKED_PERCENTS, found, strict=False)
    }


def lift_curve(hit: np.ndarray, score: np.ndarray, shares: np.ndarray) -> tuple[list[float], list[float]]:
    """Lift over picking at random, and share of all hits found, when the best share of releases is picked.

    Releases with equal scores count as far as places are left for them.
    """
    hits, picked = _found_by_score(hit, score)
    wanted = np.maximum(shares * len(hit), 1.0)
    found = np.interp(wanted, np.append(0.0, picked), np.append(0.0, hits))
    return (found / wanted / hit.mean()).tolist(), (found / hit.sum()).tolist()


def recall_at_precision(hit: np.ndarray, score: np.ndarray, least: float) -> float:
    """The largest share of hits that a threshold finds while its picks are right this often; NaN without a hit."""
    if not hit.any():
        return float("nan")
    hits, rows = _found_by_score(hit, score)
    return float(np.max(hits, where=hits / rows >= least, initial=0.0) / hit.sum())
