"""YAML files that people write: read with what YAML itself forgives in silence refused."""

from pathlib import Path
from typing import Any

import yaml

from hitcast.core.errors import HitcastError


class UniqueKeys(yaml.SafeLoader):
    """Refuses a key that is written twice, of which YAML would keep the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """As YAML's own, of keys that differ."""
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for place, key in enumerate(keys):
            if key in keys[:place]:
                line = node.value[place][0].start_mark.line + 1
                raise yaml.YAMLError(f"{key!r} is written twice, again in line {line}")
        return super().construct_mapping(node, deep)


def read_yaml(file: Path) -> Any:
    """What a YAML file holds; None for an empty one.

    Raises:
        HitcastError: It is no YAML, or writes a key twice.
    """
    try:
        return UniqueKeys(file.read_text(encoding="utf-8")).get_single_data()
    except (yaml.YAMLError, UnicodeDecodeError, ValueError) as error:
        raise HitcastError(f"is not valid YAML ({' '.join(str(error).split())})", str(file)) from None
