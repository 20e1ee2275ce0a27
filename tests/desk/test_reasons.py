"""Reasons in Russian: every one that the programs give is known, and says the same."""

import re
import string

import pytest
import yaml

from hitcast.core.home import PROJECT_DIR
from hitcast.desk.reasons import FILE, reason_in
from hitcast.ingest.checks import NOUNS
from hitcast.ingest.countries import NO_COUNTRY, NOT_UK
from hitcast.ingest.identifiers import ODDITIES
from hitcast.ingest.strangers import CURE
from hitcast.ingest.words import TOTAL_REASON
from ml.decide.uplift import FALLBACK_Z, _wanting
from ml.evidence import MOSTLY_MISSING, NO_STREAM, SILENT, UNHEARD_OF, WRONG_DATE

CHECKS = PROJECT_DIR / "models" / "marts" / "features" / "release_date_checks.sql"
EFFECTS = [PROJECT_DIR / "ml" / "decide" / name for name in ("promotion_effects.py", "uplift.py")]
LATE = "first VK streams on 2021-12-21, after the release date of the catalog, 2021-12-10"
KEPT = {
    "VK", "TikTok", "UPC", "ISO", "RU", "GB", "ISRC", "NUL", "values", "skip", "codes", "own", "null", "column",
    "alpha", "total", "start", "EUR", "RUB",
}  # fmt: skip
"""Names, and what stands in a mapping."""


def dated() -> list[str]:
    """Every reason of the model of release dates, with values in place of its columns."""
    sql = CHECKS.read_text(encoding="utf-8").replace("{{ most_days_moved() }}", "14")
    base, suffixes = sql[sql.index("case verdict\n") : sql.index("end as reason")].split("|| case", 1)
    found = []
    for branch in re.findall(r"then\s+(.*?)(?=\n\s+when|\n\s+end)", base, re.DOTALL):
        parts = [part.strip() for part in branch.split("||")]
        found.append("".join(part.strip("'") if part.startswith("'") else "2021-12-10" for part in parts))
    assert len(found) == 6
    ends = re.findall(r"'([,;] \w[^']*)'", suffixes.replace("'early streams', 'late streams'", ""))
    assert len(ends) == 3
    return [*found, *(LATE + end for end in ends)]


def rejected() -> list[str]:
    texts = [f"is not {noun}" for kind, noun in NOUNS.items() if kind != "varchar"]
    texts += ["is not a date like %d.%m.%Y", "is beyond 9223372036854775807", "is required and empty", "is below 0"]
    texts += ["is above 100", "is not one of a, b", "is before start", "holds a NUL byte", f"is no ISRC, {CURE}"]
    return [f"{text} (column)" for text in [*texts, *ODDITIES, NO_COUNTRY, NOT_UK, TOTAL_REASON]]


EFFECT = [
    _wanting(5, 40, FALLBACK_Z),
    _wanting(5, 40, FALLBACK_Z + 1),
    "its release date cannot be right",
    "it has a campaign: what a second one adds is not known",
    "no campaign that can be compared began later than day 12",
    "no promoted release was as small: fewer than 1,000 streams to come",
    "no promoted release was as large: more than 1,000 streams to come",
    "2 of 3 campaigns can be compared: begun from day 1 on, window whole; at least 28 more are needed",
    "1 release without a campaign to compare with; at least 99 more are needed",
    "spends are in several currencies (EUR, RUB): deliver the log in one",
]
REFUSED = [UNHEARD_OF, SILENT, NO_STREAM, MOSTLY_MISSING, f"{WRONG_DATE}: {LATE}"]


@pytest.mark.parametrize("reason", [*REFUSED, *dated(), *rejected(), *EFFECT])
def test_a_reason_of_the_programs_is_said_in_russian(reason: str) -> None:
    assert reason_in(reason, "en") == reason
    russian = reason_in(reason, "ru")
    assert re.search("[а-я]", russian)
    assert set(re.findall("[A-Za-z]{2,}", russian)) <= KEPT


@pytest.mark.parametrize("reason", EFFECT[2:7])
def test_the_reasons_that_are_written_here_are_those_of_the_programs(reason: str) -> None:
    sources = " ".join(file.read_text(encoding="utf-8") for file in EFFECTS)
    assert max(re.split(r"[0-9,:]+", reason), key=len).strip() in sources


def test_dates_are_written_as_the_reader_writes_them_and_a_reason_within_a_reason_too() -> None:
    assert reason_in(f"{WRONG_DATE}: {LATE}; the forecast follows the first streams", "ru") == (
        "дата релиза не может быть верной: первые прослушивания VK 21 дек. 2021, позже даты релиза в каталоге, "
        "10 дек. 2021; прогноз идёт от первых прослушиваний"
    )


def test_what_nobody_knows_is_left_as_it_is() -> None:
    assert reason_in("an unheard-of reason", "ru") == "an unheard-of reason"


def test_both_languages_have_the_same_placeholders() -> None:
    pairs = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    assert len(pairs) > 30
    for pair in pairs:
        names = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in pair.values()]
        assert names[0] == names[1], pair["en"]
