"""The block, the samples that are kept, and the script made of modules."""

import numpy as np
import pytest

from recurseq.report.explorer import expression
from recurseq.report.explorer.block import pack, unpack
from recurseq.report.explorer.bundle import bundle, joined, modules
from recurseq.report.explorer.expression import (
    first_genes,
    quantised,
    quartiles,
    steps_of_quartiles,
)
from recurseq.report.explorer.identifiers import coded_ids
from recurseq.report.explorer.packed import packed
from support.explorer import MODULES, explored_study
from support.report_study import EVIL

pytestmark = pytest.mark.slow


def test_a_block_gives_back_what_it_holds():
    rng = np.random.default_rng(1)
    kinds = (np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32)
    arrays = {f"a{k}": rng.integers(0, 100, 3 * k + 1).astype(kind) for k, kind in enumerate(kinds)}
    arrays["empty"] = np.empty(0, np.uint32)
    meta, found = unpack(pack({"name": "x\n</template>"}, arrays))
    assert meta == {"name": "x\n</template>"}
    for name, array in arrays.items():
        np.testing.assert_array_equal(found[name], array)
        assert found[name].dtype == array.dtype
    assert pack({}, arrays) == pack({}, arrays)
    for length in range(9):  # every ending of the text
        text = pack({"name": "<&>" * length, "noise": rng.integers(0, 9999, 400).tolist()}, {})
        assert not set("<>&") & set(text) and text.isascii()
        assert unpack(text)[0]["name"] == "<&>" * length


def test_expression_is_off_by_half_a_step_at_most():
    values = np.random.default_rng(2).normal(8, 3, (50, 20))
    values[0] = 4.0
    steps, ends = quantised(values)
    low, high = ends[:, :1] / 100, ends[:, 1:] / 100
    shown = low + steps / 255 * (high - low)
    assert (np.abs(shown - values) <= (high - low) / 510 + 1e-9).all()
    assert (low <= values).all() and (values <= high + 1e-9).all()


def test_wanted_genes_keep_their_samples_first(monkeypatch):
    kept = [f"g{i}" for i in range(10)]
    wanted = [["g9", "gone"], ["g5", "g9"]]
    monkeypatch.setattr(expression, "NUMBERS", 100)
    assert first_genes(wanted, kept, 10, 1) == [
        "g9",
        "g5",
        "g0",
        "g1",
        "g2",
        *kept[3:5],
        *kept[6:9],
    ]
    monkeypatch.setattr(expression, "NUMBERS", 70)  # 10 genes × 5 for quartiles, 4 × 5 more
    assert first_genes(wanted, kept, 10, 1) == ["g9", "g5", "g0", "g1"]
    monkeypatch.setattr(expression, "NUMBERS", 40)  # a quarter is for single samples in any case
    assert first_genes(wanted, kept, 10, 1) == ["g9", "g5"]
    assert sorted(first_genes([], kept, 5, 1)) == kept  # quartiles would be no smaller


def test_steps_of_quartiles_give_back_the_quartiles():
    values = np.sort(np.random.default_rng(3).normal(8, 2, (40, 3, 5)), axis=2)
    coded = steps_of_quartiles(values.reshape(40, 15)).astype(int)
    middle = coded[:, 0].cumsum(axis=0)
    low = middle - coded[:, 1] - coded[:, 2]
    found = np.concatenate([low[:, None], low[:, None] + coded[:, 1:].cumsum(axis=1)], axis=1) / 20
    assert np.abs(found.transpose(2, 0, 1) - values).max() <= 0.025 + 1e-9
    assert (coded[:, 1:] >= 0).all()


def test_quartiles_are_those_of_each_group():
    values = np.array([[1.0, 2, 3, 4, 5, 10, 20]])
    groups = np.array([0, 0, 0, 0, 0, 2, 2])
    found = quartiles(values, groups, 3)[0]
    assert found[:5].tolist() == [1, 2, 3, 4, 5]
    assert found[5:10].tolist() == [1] * 5
    assert found[10:].tolist() == [10, 12.5, 15, 17.5, 20]


def given_ids(told, arrays):
    numbers = arrays["idSteps"].cumsum()
    ends = [told["endings"][k] for k in arrays["idEnding"]]
    return [f"{told['start']}{n:0{told['digits']}}{e}" for n, e in zip(numbers, ends, strict=True)]


@pytest.mark.parametrize(
    "ids",
    [
        ["ENSG00000000003.15", "ENSG00000000005.6", "ENSG00000000003.1", "ENSG00000000419"],
        ["7", "12"],
        ["gene1", "gene10"],
        ["A1", "B2"],
        ["ENSG001", EVIL],
        ["x99999999999", "x00000000000"],
        [],
    ],
)
def test_identifiers_are_given_back(ids):
    told, arrays = coded_ids(ids)
    assert (given_ids(told, arrays) if arrays else told) == ids
    assert bool(arrays) == (ids[:1] == ["ENSG00000000003.15"])


# Page: below 5 MB. Its script, style, tables and texts are about 0.8 MB of that in the demo. In the
# second study nothing is filtered, so every column is full.
@pytest.mark.parametrize(
    ("genes", "samples", "most"), [(20_000, 200, 2_650_000), (60_000, 50, 4_200_000)]
)
def test_the_data_stay_within_their_budget(genes, samples, most):
    text = packed(explored_study(genes, samples))
    assert len(text) < most
    meta, arrays = unpack(text)
    assert len(given_ids(meta["ids"], arrays)) == genes
    cells, quartiles = arrays["cells"].size, arrays["quartiles"].size
    assert cells <= expression.NUMBERS and len(arrays["cellGene"]) * samples == cells
    assert quartiles == len(arrays["quartileGene"]) * 15
    assert len(arrays["cellGene"]) + len(arrays["quartileGene"]) == genes


def test_modules_become_one_strict_script():
    script = bundle(MODULES / "main.js")
    assert script.startswith('(() => {\n"use strict";\n') and script.endswith("})();\n")
    assert "import " not in script.replace("important", "") and "export " not in script
    assert "</script" not in script.lower() and "eval(" not in script
    assert "innerHTML" not in script and "outerHTML" not in script
    files = [*modules(MODULES / "main.js"), *modules(MODULES / "components.js")]
    assert {file.name for file in files} == {file.name for file in MODULES.glob("*.js")}
    for file in files:
        assert len(file.read_text(encoding="utf-8").splitlines()) < 300, file.name


def test_a_script_without_imports_stays_as_it_is():
    file = MODULES.parent / "sections" / "risk.js"
    assert bundle(file) == file.read_text(encoding="utf-8")


def test_what_cannot_be_joined_is_refused(tmp_path):
    def write(name, text):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path / name

    write("a.js", "export const one = 1;\n")
    entry = write("b.js", 'import { one } from "./a.js";\n\nconst [two, three] = [one, 2];\n')
    assert joined(entry) == "const one = 1;\n\nconst [two, three] = [one, 2];\n"
    write("a.js", "export const three = 1;\n")
    with pytest.raises(ValueError, match="more than one module: three"):
        bundle(entry)
    write("a.js", 'import { two } from "./b.js";\nexport const one = 1;\n')
    with pytest.raises(ValueError, match="import each other"):
        bundle(entry)
    write("a.js", "export default 1;\n")
    with pytest.raises(ValueError, match="cannot be joined: export default"):
        bundle(entry)
