"""Tries mutants of the SQL on a copy of the project's dbt part, in one process, so that dbt starts once."""

import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hitcast.core.errors import HitcastError
from hitcast.core.home import PROJECT_DIR, Home
from hitcast.job import dbt
from tests.mutation.rules import Mutant

DBT_PART = ("dbt_project.yml", "profiles.yml", "macros", "models", "seeds", "tests/dbt")


class Trial:
    """A copy of the dbt part, and a home that outlasts its mutants: dbt then parses changed files alone."""

    def __init__(self, folder: Path) -> None:
        self.project = folder / "project"
        for name in DBT_PART:
            source, target = PROJECT_DIR / name, self.project / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                shutil.copytree(source, target)
            else:
                shutil.copy2(source, target)
        self.home = Home(folder / "home")
        self.home.dbt.mkdir(parents=True)
        with self._in_project():
            # unit tests need their parents' columns
            dbt.invoke(self.home, ["build", "--empty", "--resource-type", "model", "seed"])

    def killer(self, mutant: Mutant | None) -> str:
        """The first unit test that fails under the mutant; empty where all pass.

        Args:
            mutant: Change to try; none tries the project as it is.
        """
        if mutant is not None:
            (self.project / mutant.file).write_text(mutant.text, encoding="utf-8")
        try:
            with self._in_project():
                self._unit_tests(mutant)
            return ""
        except HitcastError as failure:
            return re.sub(r"\x1b\[[0-9;]*m", "", str(failure)).strip().splitlines()[0][:120]
        finally:
            if mutant is not None:
                shutil.copy2(PROJECT_DIR / mutant.file, self.project / mutant.file)

    def _unit_tests(self, mutant: Mutant | None) -> None:
        models = self._models_by(mutant.file) if mutant is not None else ["*"]
        select = [f"{model},test_type:unit" for model in models]
        dbt.invoke(self.home, ["test", "--fail-fast", "--select", *select])

    def _models_by(self, file: str) -> list[str]:
        """Models that the file is or whose SQL calls its macros, directly or through others."""
        manifest = json.loads((self.home.dbt / "target" / "manifest.json").read_text())
        changed = {name for name, macro in manifest["macros"].items() if macro["original_file_path"] == file}
        while found := {
            name
            for name, macro in manifest["macros"].items()
            if name not in changed and changed & set(macro["depends_on"]["macros"])
        }:
            changed |= found
        return sorted(
            node["name"]
            for node in manifest["nodes"].values()
            if node["resource_type"] == "model"
            and (node["original_file_path"] == file or changed & set(node["depends_on"]["macros"]))
        )

    @contextmanager
    def _in_project(self) -> Iterator[None]:
        home = os.environ.get("HITCAST_HOME")
        original, dbt.PROJECT_DIR = dbt.PROJECT_DIR, self.project
        try:
            yield
        finally:
            dbt.PROJECT_DIR = original
            os.environ.pop("HITCAST_HOME", None)
            if home is not None:
                os.environ["HITCAST_HOME"] = home
