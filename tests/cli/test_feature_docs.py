import yaml

from hitcast.cli.feature_docs import FEATURES_YAML, features_page


def test_every_feature_stands_once_with_its_meaning() -> None:
    page = features_page()
    (model,) = yaml.safe_load(FEATURES_YAML.read_text())["models"]
    features = [column for column in model["columns"] if "config" in column]
    assert len(features) > 80
    for column in features:
        (row,) = [line for line in page.splitlines() if line.startswith(f"| `{column['name']}` |")]
        assert row.endswith(f"| {column['description']} |")
