"""The project's variables are data: each of its type and range, and nothing in one is rendered."""

from typing import Any

import pytest
import yaml

from hitcast.core.errors import HitcastError
from hitcast.core.home import PROJECT_DIR
from hitcast.core.project import read_variables
from hitcast.core.variables import RULES, check_variables

PROJECT = yaml.safe_load((PROJECT_DIR / "dbt_project.yml").read_text())["vars"]
WRONG: dict[str, list[Any]] = {
    "horizons": [None, 14, [], ["14"], [14.0], [True], [0], [-1], [366], [10**9], list(range(1, 12)), {"a": 14}],
    "class_horizon": [None, "30", 30.0, True, 0, -30, 10**9, [30]],
    "territory": [
        None, False, 7, "", "ru", "RUS", "R", "R1", " RU", "RU\n", "RU'", "RU' or 1=1 --", "'; drop table a; --",
        '{{ env_var("HOME") }}', "{% do 1 %}", "{{ 1 }}", "РУ", "R\u0000", ["RU"], "A" * 10_000,
    ],
    "teaser_days": [None, "14", 14.0, True, -1, 366, 10**30, [14]],
    "stressed_releases": [None, "1000", 1.5, False, -1, 10**9],
    "false_positive_cost": [None, "5", True, 0, -5, float("nan"), float("inf"), 1e300, 10**400, [5]],
    "false_negative_cost": [None, "1", True, 0, -1, float("nan"), float("-inf"), 1e13],
}  # fmt: skip


def test_every_variable_of_the_project_has_a_rule_and_fits_it() -> None:
    assert list(RULES) == list(PROJECT) and set(WRONG) == set(RULES)
    check_variables(PROJECT)
    check_variables(PROJECT | {"false_negative_cost": 0.5, "teaser_days": 0, "stressed_releases": 0, "territory": "NO"})


@pytest.mark.parametrize(("name", "value"), [(name, value) for name in WRONG for value in WRONG[name]], ids=ascii)
def test_a_value_that_cannot_be_is_one_line_with_what_to_give(name: str, value: object) -> None:
    with pytest.raises(HitcastError) as refusal:
        check_variables(PROJECT | {name: value})
    line = str(refusal.value)
    assert line.startswith(f"--vars: {name} is ")
    assert line.endswith(RULES[name].wanted)
    assert line.isprintable()
    assert len(line) < 250


@pytest.mark.parametrize(
    "text",
    [
        "territory: NO",
        "territory: '{{ env_var(\"HITCAST_POSTGRES_DSN\") }}'",
        "{territory: RU, territory: KZ}",
        "teaser_days: 2021-99-99",
        "stressed_releases: " + "9" * 5000,
        "territory: \udcff",
        "a\x00b",
        "[" * 500,
        "{" * 500,
        "!!python/object/apply:os.system ['true']",
        "*unknown",
        "{[1]: 2}",
        "{{1: 2}: 3}",
        "territory: RU\n---\nterritory: KZ",
    ],
    ids=lambda text: ascii(text[:40]),
)
def test_text_that_is_no_mapping_of_variables_is_one_line(text: str) -> None:
    with pytest.raises(HitcastError) as refusal:
        read_variables(text)
    assert refusal.value.where == "--vars"
    assert refusal.value.exit_code == 2
    assert str(refusal.value).isprintable()
    assert len(str(refusal.value)) < 300
