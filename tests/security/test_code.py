"""What the code itself may not do: load code from files, run a shell, put a value into SQL.

`make check` holds it by ruff, with the rules of `pyproject.toml`; here each of them is seen to be on.
"""

import json
import re
import subprocess
import sys

import pytest

from hitcast.core.home import PROJECT_DIR

FORBIDDEN = {
    "import joblib": "TID251",
    "from cloudpickle import load": "TID251",
    "import pickle": "TID251",
    "import mlflow.sklearn": "TID251",
    "from mlflow import pyfunc": "TID251",
    "np.load(file)": "TID251",
    "importlib.import_module(name)": "TID251",
    "pickle.load(file)": "S301",
    "pd.read_pickle(file)": "S301",
    "marshal.load(file)": "S302",
    "yaml.load(text, Loader=yaml.Loader)": "S506",
    "eval(text)": "S307",
    "exec(text)": "S102",
    "subprocess.run(line, shell=True)": "S602",
    "os.system(line)": "S605",
    "os.execv(program, words)": "S606",
    "connection.execute(f\"select * from t where id = '{value}'\")": "S608",
    "connection.execute('select * from t where id = ' + value)": "S608",
    "connection.execute('select * from t where id = %s' % value)": "S608",
    "connection.execute('select * from t where id = {}'.format(value))": "S608",
    "connection.execute(f'delete from t where id = {value}')": "S608",
}
"""A line of code, and the rule that stops it."""
IMPORTS = "import importlib, marshal, os, pickle, subprocess, numpy as np, pandas as pd, yaml\n"
PLACES = ("hitcast/ingest/normalise.py", "ml/train.py", "benchmarks/scan.py")


@pytest.mark.parametrize("place", PLACES)
def test_each_forbidden_line_is_stopped(place: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--output-format", "json", "--stdin-filename", place, "-"],
        input=IMPORTS + "\n".join(FORBIDDEN),
        capture_output=True,
        text=True,
        cwd=PROJECT_DIR,
        check=False,
    )
    found = {(fault["location"]["row"], fault["code"]) for fault in json.loads(done.stdout)}
    assert [line for row, (line, rule) in enumerate(FORBIDDEN.items(), 2) if (row, rule) not in found] == []


def test_no_line_and_no_file_is_let_off() -> None:
    """A waiver in the code, or for one file, would not be seen above."""
    options = [
        "--ignore-noqa",
        "--config",
        "lint.per-file-ignores = {}",
        "--select",
        ",".join(sorted({*FORBIDDEN.values()})),
    ]
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", *options, "hitcast", "ml"],
        capture_output=True,
        text=True,
        cwd=PROJECT_DIR,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_no_statement_is_an_f_string() -> None:
    """S608 knows four statements; a part of any other has to go through `fill` too, where mypy asks for its type."""
    written = re.compile(r"\.(execute|executemany|sql|query)\(\s*f[\"']")
    files = [file for package in ("hitcast", "ml") for file in (PROJECT_DIR / package).rglob("*.py")]
    assert len(files) > 80
    assert [str(file) for file in files if written.search(file.read_text(encoding="utf-8"))] == []
