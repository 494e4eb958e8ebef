"""A job starts without what it does not use, and reads Parquet all the same."""

import json
import subprocess
import sys

import pandas as pd

JOB = """
import json, sys, types
from pathlib import Path
from recurseq.jobs.log import logged

job = types.SimpleNamespace(
    rule="r", input={}, params={}, wildcards={}, threads=1, log=["log"]
)
with logged(job):
    import pandas

    loaded = "pyarrow" in sys.modules
    from recurseq.io.parquet import parquet_columns, read_parquet

    table = read_parquet("counts", Path("counts.parquet").read_bytes())
    print(json.dumps([loaded, parquet_columns(table, {0}).to_numpy().tolist()]))
"""


def test_pandas_comes_without_pyarrow_and_parquet_is_read_with_it(tmp_path, repository):
    pd.DataFrame({"gene": ["A", "B"], "s1": [1, 2]}).to_parquet(tmp_path / "counts.parquet")
    ran = subprocess.run(
        [sys.executable, "-c", JOB],
        cwd=tmp_path,
        env={"PYTHONPATH": str(repository / "scripts")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(ran.stdout) == [False, [["A", 1], ["B", 2]]]
