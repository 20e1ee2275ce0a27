from collections.abc import Iterator
from pathlib import Path

import pytest

from hitcast.core.home import PROJECT_DIR
from tests.mutation.explained import Explanation, Survivor, faults, read_explanations
from tests.mutation.python import parse_diff, parse_results
from tests.mutation.rules import mutants_of
from tests.mutation.sql import Trial

MACRO = """{#- A comment with a 6 and a <= in it. -#}
{% macro window(day) -%}
  select max({{ day }} - 1)
  where
    {{ day }} <= 6 -- not 7
    and {{ day }} is not null
{%- endmacro %}

{% macro spark__window(day) -%}
  select max({{ day }} - 1)
{%- endmacro %}
"""


def test_rules_change_code_once_and_neither_comments_nor_what_is_for_spark(tmp_path: Path) -> None:
    (tmp_path / "window.sql").write_text(MACRO)
    mutants = mutants_of(tmp_path, "window.sql")
    assert [(mutant.line, mutant.kind) for mutant in mutants] == [
        (3, "extreme"),
        (3, "number"),
        (3, "sign"),
        (5, "condition"),
        (5, "edge"),
        (5, "number"),
        (6, "condition"),
        (6, "logic"),
        (6, "negation"),
    ]
    by_place = {(mutant.line, mutant.kind): mutant for mutant in mutants}
    assert by_place[5, "edge"].after == "{{ day }} < 6 -- not 7"
    assert by_place[5, "edge"].text == MACRO.replace("<= 6 --", "< 6 --")
    assert by_place[5, "condition"].text == MACRO.replace("{{ day }} <= 6 -- not 7", "true")
    assert by_place[6, "condition"].text == MACRO.replace("    and {{ day }} is not null\n", "")
    assert all(mutant.before in MACRO for mutant in mutants)


def test_a_survivor_needs_a_reason_and_a_reason_a_survivor() -> None:
    reason = Explanation(r"ml/.*\.py", "a + 1", "a + 2", "no one looks")
    assert faults([Survivor("ml/x.py", "b = a + 1", "b = a + 2")], [reason], ["ml/x.py"]) == []
    (unexplained, stale) = faults([Survivor("ml/x.py", "b = a + 1", "b = a + 3")], [reason], ["ml/x.py"])
    assert unexplained.startswith("survived: ml/x.py")
    assert stale.startswith("explains nothing any more")
    elsewhere = Survivor("hitcast/x.py", "b = a + 1", "b = a + 2")
    assert len(faults([elsewhere], [reason], ["hitcast/x.py", "ml/x.py"])) == 2
    assert len(faults([elsewhere], [reason], ["hitcast/x.py"])) == 1, "nobody tried the file of the reason"
    twice = Survivor("ml/x.py", "a + 1 < a + 1", "a + 1 < a + 2")
    assert faults([twice], [reason], ["ml/x.py"]) == [], "the second of two places"


def test_every_explanation_gives_a_reason_for_a_change() -> None:
    for one in read_explanations():
        assert one.before != one.after
        assert len(one.reason.split()) > 3


def test_what_mutmut_prints_is_understood() -> None:
    results = "    ml.evaluation.metrics.x_skill__mutmut_2: survived\n    ml.splits.xǁSlicesǁjudged__mutmut_1: killed\n"
    assert parse_results(results) == {
        "ml.evaluation.metrics.x_skill__mutmut_2": "survived",
        "ml.splits.xǁSlicesǁjudged__mutmut_1": "killed",
    }
    diff = (
        "# ml.evaluation.metrics.x_skill__mutmut_2: survived\n"
        "--- ml/evaluation/metrics.py\n+++ ml/evaluation/metrics.py\n"
        "@@ -1 +1 @@\n def skill():\n-    return 1\n+    return 2\n"
    )
    assert parse_diff("ml.evaluation.metrics.x_skill__mutmut_2", diff) == Survivor(
        "ml/evaluation/metrics.py", "return 1", "return 2"
    )


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    yield Trial(tmp_path_factory.mktemp("trial"))


@pytest.mark.parametrize(
    ("file", "kind", "line"),
    [
        ("macros/day_window.sql", "operands", "date_column"),
        ("macros/day_window.sql", "number", "is null then 0"),
        ("models/marts/features/release_targets.sql", "edge", "horizons.horizon_days"),
        ("models/intermediate/int_releases__vk_features.sql", "number", "2 preceding"),
    ],
)
def test_the_projects_tests_kill(trial: Trial, file: str, kind: str, line: str) -> None:
    mutant, *_ = mutants_of(PROJECT_DIR, file, (kind,), line)
    assert trial.killer(mutant)


def test_what_changes_nothing_lives_and_the_copy_is_whole_again(trial: Trial) -> None:
    mutant, *_ = mutants_of(PROJECT_DIR, "macros/exact_sums.sql", ("number",), r"decimal\(30, 12\)")
    assert trial.killer(mutant) == ""
    assert (trial.project / mutant.file).read_text() == (PROJECT_DIR / mutant.file).read_text()
