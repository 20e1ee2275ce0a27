"""Writes `docs/features.md` from the YAML of `release_features`: `python -m pipeline.feature_docs`."""

from itertools import groupby
from pathlib import Path
from typing import Any

import yaml

from pipeline.home import PROJECT_DIR

FEATURES_YAML = PROJECT_DIR / "models" / "marts" / "features" / "release_features.yml"
FEATURES_PAGE = PROJECT_DIR / "docs" / "features.md"


def features_page(features_yaml: Path = FEATURES_YAML) -> str:
    """The page: a table of features for each group, in the order of the YAML."""
    (model,) = yaml.safe_load(features_yaml.read_text())["models"]
    features = [column for column in model["columns"] if "feature_group" in column.get("config", {}).get("meta", {})]
    lines = [
        "# Features",
        "",
        f"The {len(features)} features of `release_features`, by group. This page is written by `make docs` from",
        "`models/marts/features/release_features.yml`; edit that. A group can be left out of a feature set by name.",
    ]
    called = model["config"]["meta"]["feature_groups"]
    for group, columns in groupby(features, key=_group):
        lines += [
            "",
            f"## {group}: {called[group]['en']}",
            "",
            "| feature | type | unit | meaning |",
            "| --- | --- | --- | --- |",
        ]
        lines += [_row(column) for column in columns]
    return "\n".join(lines) + "\n"


def _group(column: dict[str, Any]) -> str:
    return str(column["config"]["meta"]["feature_group"])


def _row(column: dict[str, Any]) -> str:
    unit = column["config"]["meta"].get("unit", "category")
    return f"| `{column['name']}` | {column['data_type']} | {unit} | {column['description']} |"


if __name__ == "__main__":
    FEATURES_PAGE.write_text(features_page())
