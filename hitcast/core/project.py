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
        HitcastError: The overrides are no mapping, name an unknown variable or do not fit together.
    """
    variables: dict[str, Any] = yaml.safe_load(project_file.read_text())["vars"]
    variables |= parse_overrides(overrides, known=set(variables))
    horizons = variables["horizons"]
    if not (isinstance(horizons, list) and horizons and all(type(h) is int and h > 0 for h in horizons)):
        raise HitcastError(f"horizons is {horizons!r}", "--vars", "Give a list of whole days, such as [14, 30]")
    if len(set(horizons)) < len(horizons):
        raise HitcastError(f"horizons {horizons} names a horizon twice", "--vars", "Name each once")
    if variables["class_horizon"] not in horizons:
        raise HitcastError(
            f"class_horizon {variables['class_horizon']!r} is not one of the horizons {horizons}",
            "--vars",
            "Set class_horizon to one of them",
        )
    return variables


def parse_overrides(overrides: str | None, known: set[str]) -> dict[str, Any]:
    """The mapping given to `--vars`, empty if none was given.

    Raises:
        HitcastError: It is no YAML mapping, or names a variable that the project does not have.
    """
    if not overrides:
        return {}
    try:
        given = yaml.safe_load(overrides)
    except yaml.YAMLError as error:
        raise HitcastError(f"not readable as YAML: {overrides}", "--vars", "Write {name: value, ...}") from error
    if not isinstance(given, dict):
        raise HitcastError(f"{overrides!r} is no mapping", "--vars", "Write {name: value, ...}")
    if unknown := [str(name) for name in given if name not in known]:
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
