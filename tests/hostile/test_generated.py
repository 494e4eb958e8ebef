"""Inputs nobody would write by hand, from a fixed seed, through the checks of every start."""

import os
import string
import tempfile
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recurseq.base.errors import InputError
from recurseq.cohort.importing import count_problems
from recurseq.design.formula import FormulaError, parse_formula
from recurseq.preflight.check import checked_study
from recurseq.study import read_samples
from recurseq.study.config_file import read_config
from support.hostile.ground import CANARY, Ground

pytestmark = pytest.mark.slow  # a thousand checks
seeded = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=40,
    suppress_health_check=list(HealthCheck),
)
many = settings(seeded, max_examples=250)
PIECES = st.sampled_from(
    [
        *("\t", "\n", "\r\n", "\r", '"', "'", ",", ";", "#", "\x00", "\x1b[2J", "\ufeff", "\u202e"),
        *(
            "1",
            "-1",
            "1e309",
            "0x1F",
            "1,5",
            "NaN",
            "NA",
            "",
            " ",
            "\u00a0",
            "e\u0301",
            "\U0001f600",
        ),
        *("=cmd()", "../../x", "<script>", f"$(touch {CANARY})", "{config}", "GENE1", "sample_id"),
        *("group", "normal", "gene", "set", "1-T.0", "gene_id", "9" * 30, "x" * 300),
    ]
)
TEXTS = st.lists(PIECES, max_size=60).map("".join)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), TEXTS, st.dates(), st.binary(max_size=5)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(SCALARS.filter(lambda key: key == key), inner)
    ),
    max_leaves=8,
)
FORMULA_SIGNS = st.text(string.ascii_letters + string.digits + "~+:*`()[]{}|^-. \t\n'\"_=%\u00e9")


@pytest.fixture(scope="module")
def ground(tmp_path_factory):
    """One study; each example replaces a file or a key of it and puts it back."""
    return Ground(tmp_path_factory.mktemp("generated"))


def outcome(ground, config):
    """Run the checks that every start runs, and those of the first job; they refuse or accept."""
    before, here = ground.look(), Path.cwd()
    os.chdir(ground.path)
    try:
        study, _ = checked_study(config)
        problems = count_problems(study.cohort, read_samples(study.cohort))
        refused = "\n".join(map(str, problems))
    except InputError as error:
        refused = str(error)
        assert error.problems
    finally:
        os.chdir(here)
    assert refused.isprintable() or all(
        character.isprintable() for character in refused.replace("\n", "")
    )
    assert len(refused) < 60_000
    assert ground.look() == before
    assert not list(ground.folder.rglob(CANARY))
    return refused


@pytest.mark.parametrize("name", ["samples.tsv", "counts.tsv", "markers.tsv", "sets.gmt"])
def test_any_file(ground, name, record_property):
    record_property("input", f"generated: 40 times any {name}")
    record_property("result", "refused or runs")
    whole = (ground.path / name).read_bytes()

    @seeded
    @given(TEXTS, st.integers(0, 5000), st.booleans())
    def tried(text, place, keep_rest):
        at = place % len(whole)
        rest = whole[at:] if keep_rest else b""
        (ground.path / name).write_bytes(whole[:at] + text.encode() + rest)
        outcome(ground, ground.study.config)

    try:
        tried()
    finally:
        (ground.path / name).write_bytes(whole)


@pytest.mark.parametrize("name", ["samples.tsv", "counts.tsv", "markers.tsv", "sets.gmt"])
def test_any_bytes(ground, name, record_property):
    record_property("input", f"generated: 40 times any bytes in {name}")
    record_property("result", "refused or runs")
    whole = (ground.path / name).read_bytes()

    @seeded
    @given(st.binary(max_size=200), st.sampled_from([b"", b"PK\x03\x04", b"\x1f\x8b\x08", b"PAR1"]))
    def tried(data, magic):
        (ground.path / name).write_bytes(magic + data)
        assert outcome(ground, ground.study.config)

    try:
        tried()
    finally:
        (ground.path / name).write_bytes(whole)


PLACES = [
    *("study.title", "counts.path", "samples.id", "samples.keep", "design.formula"),
    *("design.levels", "contrasts", "testing", "enrichment.collections", "seed", "filter"),
]


def test_any_value_of_any_key(ground, record_property):
    record_property("input", "generated: 250 times any value of a key")
    record_property("result", "refused or runs")

    @many
    @given(st.sampled_from(PLACES), VALUES)
    def tried(place, value):
        config = yaml.safe_load(yaml.safe_dump(ground.study.config))
        *parents, last = place.split(".")
        section = config
        for key in parents:
            section = section.setdefault(key, {})
        section[last] = value
        outcome(ground, config)

    tried()


def test_any_text_of_a_configuration(record_property):
    record_property("input", "generated: 250 times any configuration text")
    record_property("result", "refused or runs")
    characters = st.lists(
        st.sampled_from(
            [*":-[]{}&*!|>'\"%@`#,?~\n\t ", "a", "1", "<<", "&a", "*a", "!!python/name:os"]
        ),
        max_size=40,
    ).map("".join)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "config.yaml"

        @many
        @given(characters)
        def tried(text):
            path.write_text(text, encoding="utf-8")
            try:
                assert isinstance(read_config(path), dict)
            except InputError as error:
                assert str(path) in str(error)

        tried()


def test_any_formula(record_property):
    record_property("input", "generated: 250 times any formula")
    record_property("result", "refused or runs")

    @many
    @given(FORMULA_SIGNS)
    def tried(text):
        try:
            parsed = parse_formula("~" + text)
        except FormulaError as error:
            assert str(error)
        else:
            assert all(isinstance(name, str) and name for name in parsed.variables)

    tried()
