"""Numbers in words, as a manager reads them."""

import numpy as np


def human_number(value: float) -> str:
    """A count as people write it, to three digits: 940, 12.3 K, 124 K, 1.2 M."""
    for size, unit in ((1e9, " B"), (1e6, " M"), (1e3, " K")):
        if value >= size * 0.9995:
            return f"{value / size:.{0 if value >= size * 99.95 else 1}f}{unit}"
    return f"{value:.0f}"


def effect_in_words(contribution: float) -> str:
    """What a contribution to the log of a forecast does to the forecast itself: +38 %, -9 %, 12 times as many."""
    percent = 100 * float(np.expm1(min(contribution, 20.0)))
    if percent >= 900:
        return f"{human_number(1 + percent / 100)} times as many"
    if percent < -99:
        return f"{max(percent, -99.9):.1f} %"
    return f"{percent:+.1f} %" if abs(percent) < 0.95 else f"{percent:+.0f} %"


def share(value: float) -> str:
    """A share in percent: 12 %, 0.12 %."""
    percent = 100 * value
    return f"{percent:.0f} %" if percent >= 1 or percent == 0 else f"{percent:.2g} %"


def times(value: float) -> str:
    """A ratio: 4.1 times, 12 times."""
    return f"{value:.0f} times" if value >= 10 else f"{value:.1f} times"


def many(number: float) -> str:
    """A count before what is counted, none as "no"."""
    return human_number(number) if number >= 0.5 else "no"
