"""Survivors that no test can kill, each with its reason in `explained.toml`."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_name("explained.toml")


@dataclass(frozen=True)
class Survivor:
    """A mutant that no test noticed: its file, and the changed lines before and after."""

    file: str
    before: str
    after: str


@dataclass(frozen=True)
class Explanation:
    """Why a change goes unnoticed; it covers every survivor that makes this change in a file of this pattern."""

    file: str
    before: str
    after: str
    reason: str

    def covers(self, survivor: Survivor) -> bool:
        """Whether the survivor is this change, made once in its lines, and nothing else."""
        return re.fullmatch(self.file, survivor.file) is not None and any(
            survivor.before[: place.start()] + self.after + survivor.before[place.end() :] == survivor.after
            for place in re.finditer(re.escape(self.before), survivor.before)
        )


def read_explanations(file: Path = FILE) -> list[Explanation]:
    """All explanations, in the order of the file."""
    return [Explanation(**entry) for entry in tomllib.loads(file.read_text(encoding="utf-8"))["survivor"]]


def faults(survivors: list[Survivor], explanations: list[Explanation], files: list[str]) -> list[str]:
    """A line for each survivor that nothing explains, and for each explanation that explains none.

    Args:
        survivors: What lived.
        explanations: All there are.
        files: Files of which mutants were tried; explanations of others have nothing to explain.
    """
    asked = [one for one in explanations if any(re.fullmatch(one.file, file) for file in files)]
    unexplained = [one for one in survivors if not any(reason.covers(one) for reason in asked)]
    stale = [reason for reason in asked if not any(reason.covers(one) for one in survivors)]
    return [f"survived: {one.file}\n  - {one.before}\n  + {one.after}" for one in unexplained] + [
        f"explains nothing any more: {reason.file}: {reason.before} -> {reason.after}" for reason in stale
    ]
