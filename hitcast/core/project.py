"""The dbt project's variables: one set of choices for the SQL and for the modelling."""

import tomllib
from pathlib import Path
from typing import Any

import yaml

from hitcast.core.environment import patience_seconds
from hitcast.core.errors import HitcastError
from hitcast.core.home import PROJECT_DIR, Home
from hitcast.core.settings import Settings
from hitcast.core.target import spark_of
from hitcast.core.variables import check_variables
from hitcast.core.words import one_line
from hitcast.core.yamls import UniqueKeys


def program_version() -> str:
    """The version of the checkout that runs."""
    project = tomllib.loads((PROJECT_DIR / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"])


def read_variables(
    overrides: str | None = None, project_file: Path = PROJECT_DIR / "dbt_project.yml"
) -> dict[str, Any]:
    """The variables of `dbt_project.yml`, with the user's own laid over them.

    Args:
        overrides: YAML mapping as given to `--vars`, such as `{horizons: [14, 28], class_horizon: 28}`.
        project_file: The project file.

    Raises:
        HitcastError: The overrides are no mapping, name an unknown variable, hold what it cannot be or do not fit
            together.
    """
    variables: dict[str, Any] = yaml.safe_load(project_file.read_text())["vars"]
    variables |= parse_overrides(overrides, known=set(variables))
    check_variables(variables)
    return variables


def parse_overrides(overrides: str | None, known: set[str]) -> dict[str, Any]:
    """The mapping given to `--vars`, empty if none was given.

    Raises:
        HitcastError: It is no YAML mapping, or names a variable that the project does not have.
    """
    if not overrides:
        return {}
    try:
        given = UniqueKeys(overrides).get_single_data()
    # numbers and dates that are none, and lists in lists without end
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        what = f"not readable as YAML: {one_line(overrides[:100])}"
        raise HitcastError(what, "--vars", "Write {name: value, ...}") from error
    if not isinstance(given, dict):
        what = f"{overrides[:100]!a} is no mapping"
        raise HitcastError(what, "--vars", "Write {name: value, ...}")
    if unknown := [str(name)[:100] for name in given if name not in known]:
        raise HitcastError(
            f"unknown variable {', '.join(unknown)}", "--vars", f"The project has {', '.join(sorted(known))}"
        )
    return given


def settings_of(home: Home, variables: dict[str, Any]) -> Settings:
    """What the modelling commands need to know, from the home, the project's variables and the target.

    Raises:
        HitcastError: `HITCAST_TARGET` names no target that the job can run on, or `HITCAST_PATIENCE` is no number.
    """
    return Settings(
        warehouse=home.warehouse,
        mlflow_dir=home.mlflow,
        optuna_file=home.optuna_file,
        horizons=tuple(sorted(variables["horizons"])),
        class_horizon=variables["class_horizon"],
        false_positive_cost=float(variables["false_positive_cost"]),
        false_negative_cost=float(variables["false_negative_cost"]),
        patience_seconds=patience_seconds(),
        spark=spark_of(home),
        variables=variables,
    )
