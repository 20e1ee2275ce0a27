"""The page of features, written from the YAML of `release_features`."""

from pathlib import Path
from typing import Any

import yaml

from hitcast.core.home import PROJECT_DIR

FEATURES_YAML = PROJECT_DIR / "models" / "marts" / "features" / "release_features.yml"


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
    labels = model["config"]["meta"]["feature_groups"]
    for group in dict.fromkeys(_group(column) for column in features):
        lines += [
            "",
            f"## {group}: {labels.get(group, {}).get('en', group)}",
            "",
            "| feature | type | unit | meaning |",
        ]
        lines += ["| --- | --- | --- | --- |"]
        lines += [_row(column) for column in features if _group(column) == group]
    return "\n".join(lines) + "\n"


def _group(column: dict[str, Any]) -> str:
    return str(column["config"]["meta"]["feature_group"])


def _row(column: dict[str, Any]) -> str:
    unit = column["config"]["meta"].get("unit", "category")
    return f"| `{column['name']}` | {column['data_type']} | {unit} | {column['description']} |"
