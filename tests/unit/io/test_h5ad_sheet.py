"""The samples of an h5ad file stand for a sample sheet."""

import anndata
import h5py
import numpy as np
import pandas as pd
import pytest

from recurseq.base.errors import InputError
from recurseq.io.sheets import read_sheet


def saved(folder, obs, name="a.h5ad"):
    anndata.AnnData(X=np.ones((len(obs), 2)), obs=obs).write_h5ad(folder / name)
    return folder / name


def test_obs_is_the_sheet(tmp_path):
    obs = pd.DataFrame(
        {
            "group": pd.Categorical(["a", "b", None]),
            "age": [60.0, 61.5, np.nan],
            "batch": [1, 2, 1],
            "smoker": [True, False, True],
        },
        index=["s1", "s2", "s3"],
    )
    sheet = read_sheet(saved(tmp_path, obs))
    assert list(sheet.columns) == ["sample_id", "group", "age", "batch", "smoker"]
    assert sheet.to_numpy().tolist() == [
        ["s1", "a", "60", "1", "True"],
        ["s2", "b", "61.5", "2", "False"],
        ["s3", "", "", "1", "True"],
    ]


def test_names_with_a_title_keep_it(tmp_path):
    obs = pd.DataFrame({"group": ["a", "b"]}, index=pd.Index(["x", "y"], name="patient"))
    assert list(read_sheet(saved(tmp_path, obs)).columns) == ["patient", "group"]


def test_other_hdf5_files_are_refused(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["x"] = [1, 2]
    with pytest.raises(InputError, match="without obs"):
        read_sheet(tmp_path / "a.h5")
