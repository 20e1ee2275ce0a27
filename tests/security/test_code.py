"""What the code itself may not do: load code from files, run a shell, put a value into SQL."""

import ast
from collections.abc import Iterator

import pytest

from tests.security.code import called, imported, modules, sql_parts

LOADERS = {
    "pickle",
    "cPickle",
    "_pickle",
    "cloudpickle",
    "dill",
    "joblib",
    "marshal",
    "shelve",
    "runpy",
    "imp",
    "torch",
}
"""Modules that make objects, or run code, of what they read."""
MLFLOW = {
    "mlflow.MlflowClient", "mlflow.entities", "mlflow.exceptions", "mlflow.types.schema",
    "mlflow.models.Model", "mlflow.models.ModelSignature", "mlflow.models.infer_signature",
}  # fmt: skip
"""All that is taken from MLflow: its store and what describes a model, none of its model flavors, which unpickle."""
RUNNERS = {
    "eval", "exec", "compile", "__import__", "importlib.import_module", "importlib.__import__",
    "os.system", "os.popen", "os.execv", "os.execvp", "os.spawnv", "subprocess.getoutput", "subprocess.getstatusoutput",
    "yaml.load", "yaml.load_all", "yaml.unsafe_load", "yaml.full_load", "yaml.Loader", "yaml.UnsafeLoader",
    "pd.read_pickle", "pandas.read_pickle", "np.load", "numpy.load", "shell=True", "allow_pickle=True",
}  # fmt: skip
"""Calls, and words given to calls, that run what they are given."""

CONTRACT = "names, types and key columns of a raw table come from the project's own YAML"
ALLOWED = {
    "hitcast/desk/published.py": {"sql": "passed on by `query`, whose own calls are looked at"},
    "ml/data.py": {"query": "passed on by `read`, likewise"},
    "ml/evaluation/experiments_measures.py": {"name": "of a metric: `read` there runs no SQL"},
    "ml/registry/tracking.py": {"move": "one of the statements of MOVES"},
    "hitcast/desk/report/data.py": {"query": "passed on by `read`, likewise"},
    "hitcast/core/warehouse.py": {"table": "keys of frames that the modules of `ml` write"},
    "hitcast/demo/exports.py": {"vendor.name": "one of the two made-up vendors"},
    "hitcast/demo/simulation.py": {
        "variable": "names of the script's own variables",
        "(SQL_DIR / f'{name}.sql').read_text(encoding='utf-8')": "the project's own scripts",
    },
    "hitcast/serving/export.py": {
        "quoted(name)": "a column of a published table, as an identifier",
        "defused(quoted(name))": "the same, guarded",
    },
    "hitcast/ingest/catalog.py": {
        "column.data_type": CONTRACT,
        "column.name": CONTRACT,
        "name": CONTRACT,
        "named_columns(stage.contract)": CONTRACT,
    },
    "hitcast/ingest/delivery.py": {
        "[column.name for column in contract.delivered].index(str(contract.day_column))": "a number",
        "column.name": CONTRACT,
        "name": CONTRACT,
        "named_columns(contract)": CONTRACT,
    },
    "hitcast/ingest/days.py": {"pa.array(kept)": "a mask of rows, no SQL"},
    "hitcast/ingest/rejects.py": {"map(defused, texts)": "columns or a parameter of the project's own, guarded"},
    "hitcast/ingest/stage.py": {
        "column.data_type": CONTRACT,
        "i": "a number",
        "normalized(shape, contract, places, checks, tame)": "takes values as parameters; tested with hostile heads",
    },
    "hitcast/serving/postgres.py": {
        "TYPES[kind]": "one of the types above it",
        "_literal(meaning[0])": "a comment, which takes no parameter, as a literal",
        "_literal(text)": "the same",
        "name": "a column of a published table",
        "question": "passed on by `_is_there`",
        "reader": "held to NAME",
        "schema": "held to NAME",
        "table": "a published table",
    },
    "hitcast/serving/publish.py": {
        "column": "a column of a published table",
        "kind": "a type of OWN_TABLES",
        "name": "a table or column of PUBLISHED_TABLES or OWN_TABLES",
        "literal(database)": "`attach` and `copy` take no parameter: a literal",
        "literal(file)": "the same",
        "literal(home.warehouse)": "the same",
        "literal(meaning)": "a comment, likewise",
        "literal(text)": "the same",
        "table": "a published table",
    },
    "hitcast/job/rebuild.py": {
        "PUBLISHED[name]": "a query of the module's own",
        "column": "a column of a source of the schema `ml`",
        "kind": "its type",
        "name": "a table of the schema `ml`",
        "query": "passed on by `_read`, whose own calls are looked at",
        "table['name']": "a source of the schema `ml`",
        "literal(published_file(home))": "`attach` takes no parameter: a literal",
    },
}
"""What SQL is put together from, by module, and why that is none of a vendor's or a reader's values.

Not seen: SQL that a helper makes (`normalized`, `relation`, `named_columns`), which the tests of `hitcast.ingest` hold
to hostile headers, values and names; and whether a name that is allowed here is given something else.
"""


def unsafe(source: str) -> Iterator[str]:
    tree = ast.parse(source)
    for name in imported(tree):
        if name.split(".")[0] in LOADERS or (
            name.startswith("mlflow.") and not any(name == one or name.startswith(f"{one}.") for one in MLFLOW)
        ):
            yield name
    yield from (name for name in called(tree) if name in RUNNERS or name.endswith((".to_pickle", ".read_pickle")))


def test_no_module_loads_code_or_runs_what_it_reads() -> None:
    sources = modules()
    assert len(sources) > 80
    assert {path: found for path, source in sources.items() if (found := list(unsafe(source)))} == {}


@pytest.mark.parametrize(
    "line",
    [
        "import pickle",
        "from joblib import load",
        "import mlflow.sklearn",
        "from mlflow import pyfunc",
        "import numpy as np; np.load(file, allow_pickle=True)",
        "pd.read_pickle(file)",
        "frame.to_pickle(file)",
        "yaml.load(text, Loader=yaml.Loader)",
        "def f(x):\n    return eval(x)",
        "exec(text)",
        "os.system(f'touch {x}')",
        "subprocess.run(line, shell=True)",
    ],
)
def test_such_a_line_is_found(line: str) -> None:
    assert list(unsafe(line))


def test_sql_is_put_together_from_names_alone() -> None:
    found = {path: parts for path, source in modules().items() if (parts := sql_parts(source))}
    assert found == {path: set(parts) for path, parts in ALLOWED.items()}


@pytest.mark.parametrize(
    "line",
    [
        "connection.execute(f\"select * from t where id = '{release_id}'\")",
        "connection.execute('select * from t where id = ' + release_id)",
        "connection.execute('select * from t where id = %s' % release_id)",
        "connection.execute('select * from t where id = {}'.format(release_id))",
        "query(f'from t {where}')",
        "def f(chosen):\n    where = f'where id = {chosen}'\n    connection.sql('from t ' + where)",
        "def f(ids):\n    listed = ', '.join(f\"'{one}'\" for one in ids)\n    rows.filter(f'id in ({listed})')",
        "WHERE = 'x'\ndef f(WHERE):\n    connection.execute(f'from t {WHERE}')",
        "connection.execute('from t' if all else wanted)",
    ],
)
def test_a_value_in_sql_is_found(line: str) -> None:
    assert sql_parts(line)


def test_constants_are_no_values() -> None:
    assert sql_parts("A = 'x'\nB = A + ' y'\ndef f(v):\n    execute = 1\n    c.execute(f'from t {B}', [v])") == set()
