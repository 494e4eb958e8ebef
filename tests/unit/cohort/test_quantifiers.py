"""Salmon, kallisto and RSEM: R tximport's numbers, and every way the files can be wrong."""

import gzip

import h5py
import numpy as np
import pandas as pd
import pytest

from recurseq.base.errors import InputError
from recurseq.cohort.importing import count_problems, import_cohort
from recurseq.cohort.readers.formats import recognise
from recurseq.cohort.readers.gene_level import Estimates, sum_to_genes
from recurseq.cohort.readers.quantifiers import read_estimates
from recurseq.cohort.readers.read import read_counts
from recurseq.cohort.readers.sample_files import candidate_files
from recurseq.cohort.readers.transcripts import map_transcripts, read_transcripts
from recurseq.deseq.normalization import normalize
from recurseq.io.files import load
from recurseq.study import load_study

KINDS = ["salmon", "kallisto", "rsem"]


@pytest.fixture(scope="module")
def reference(repository):
    folder = repository / "tests" / "reference"

    def read(name, **options):
        return pd.read_csv(folder / f"{name}.tsv.gz", sep="\t", **options)

    return read


def file_of(kind, estimates, lengths=None):
    """The file of one sample as the tool writes it, from text columns of Salmon."""
    columns = {
        "salmon": ["Name", "Length", "EffectiveLength", "TPM", "NumReads"],
        "kallisto": ["Name", "Length", "EffectiveLength", "NumReads", "TPM"],
        "rsem": ["Name", "gene", "Length", "EffectiveLength", "NumReads", "TPM"],
    }[kind]
    header = {
        "salmon": columns,
        "kallisto": ["target_id", "length", "eff_length", "est_counts", "tpm"],
        "rsem": ["transcript_id", "gene_id", "length", "effective_length", "expected_count", "TPM"],
    }[kind]
    table = estimates.assign(gene="unused")
    if lengths is not None:
        table["EffectiveLength"] = lengths
    return table[columns].set_axis(header, axis=1).to_csv(sep="\t", index=False)


def simulated(folder, reference, kind="salmon"):
    """Folders of the six samples of make_tximport_reference.R, and their names."""
    estimates = reference("tximport.estimates", dtype=str)
    for name, one in estimates.groupby("sample"):
        if kind == "rsem":
            zero = np.arange(len(one)) % 7 == 0
            lengths = np.where(zero, "0.00", one["EffectiveLength"])
            (folder / f"{name}.isoforms.results").write_text(file_of(kind, one, lengths))
        else:
            (folder / name).mkdir(parents=True)
            path = folder / name / {"salmon": "quant.sf", "kallisto": "abundance.tsv"}[kind]
            path.write_text(file_of(kind, one))
    reference("tximport.genes").to_csv(folder / "tx2gene.tsv", sep="\t", index=False)
    return sorted(estimates["sample"].unique())


@pytest.mark.parametrize("kind", KINDS)
def test_counts_lengths_and_factors_are_those_of_r(tmp_path, reference, kind, record_property):
    record_property("format", f"{kind}: simulated transcripts and their table of genes")
    record_property("result", "counts, lengths and offsets of R tximport")
    names = simulated(tmp_path, reference, kind)
    table = read_counts(
        directory=tmp_path, sample_ids=names, transcripts=str(tmp_path / "tx2gene.tsv")
    )
    assert table.format == kind
    counts = reference("tximport.counts", index_col="id")
    expected = reference(f"tximport.{'rsem_' * (kind == 'rsem')}lengths", index_col="id")
    pd.testing.assert_frame_equal(
        table.counts, np.rint(counts), check_names=False, check_exact=True
    )
    pd.testing.assert_frame_equal(table.lengths, expected, check_names=False, rtol=1e-12)
    said = " ".join(table.messages)
    assert "44 of 455 transcripts were matched without their version" in said
    assert "3 of 455 transcripts, with 0." in said
    assert "'ENST00000001300.1'" in said
    assert table.gene_names["ENSG00000000150.4"] == "NAME150"
    if kind != "rsem":
        factors = reference("tximport.factors", index_col="id")
        kept = table.counts.loc[factors.index].T
        ours = normalize(kept, lengths=table.lengths.T).factors.T
        np.testing.assert_allclose(ours.loc[factors.index], factors, rtol=1e-12)


def test_sums_before_rounding_are_those_of_r(tmp_path, reference):
    names = simulated(tmp_path, reference)
    estimates = [read_estimates(load(tmp_path / name / "quant.sf"), "salmon") for name in names]
    table = read_transcripts(tmp_path / "tx2gene.tsv")
    mapping = map_transcripts(list(estimates[0].ids), np.ones(455), table)
    counts, _ = sum_to_genes(estimates, mapping.places, len(mapping.genes))
    expected = reference("tximport.counts", index_col="id")
    assert mapping.genes == list(expected.index)
    np.testing.assert_allclose(counts, expected, rtol=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_real_files_give_the_numbers_of_r(shared_data, reference, kind, record_property):
    record_property("format", f"{kind}: real files")
    record_property("result", "counts, lengths and offsets of R tximport")
    formats = shared_data / "data" / "formats"
    names = ["ERR188088"] if kind == "rsem" else ["SRR1039508", "SRR1039509"]
    genes = formats / "kallisto" / "Homo_sapiens.GRCh38.tx2gene.tsv.gz"
    transcripts = None if kind == "rsem" else str(genes)
    table = read_counts(directory=formats / kind, sample_ids=names, transcripts=transcripts)
    expected = reference(f"tximport_real.{kind}", index_col="id")
    genes = expected.index
    for quantity, ours in (("counts", table.counts), ("length", table.lengths)):
        theirs = expected[[f"{quantity} {name}" for name in names]].to_numpy()
        theirs = np.rint(theirs) if quantity == "counts" else theirs
        np.testing.assert_allclose(ours.loc[genes], theirs, rtol=1e-12)
    present = table.counts.index[table.counts.any(axis=1)]
    factors = normalize(table.counts.loc[present].T, lengths=table.lengths.T).factors.T
    theirs = expected[[f"factor {name}" for name in names]].to_numpy()
    np.testing.assert_allclose(factors.loc[genes], theirs, rtol=1e-10)


def test_lengths_by_hand():
    """Weighted by abundance; geometric mean of other samples; mean of means where silent."""
    ids = np.array(list("abcde"), dtype=object)
    length = np.array([100.0, 300.0, 50.0, 70.0, 9.0])
    abundance = np.array([[3.0, 1, 2, 0, 5], [0, 4, 0, 0, 5], [1, 0, 8, 0, 5]])
    samples = [Estimates(ids, 2 * tpm, length * (1 + k), tpm) for k, tpm in enumerate(abundance)]
    genes = np.array([0, 0, 1, 2, -1])
    counts, lengths = sum_to_genes(samples, genes, 3)
    assert counts.tolist() == [[8, 8, 2], [4, 0, 16], [0, 0, 0]]
    between = np.sqrt(50 * 150)
    np.testing.assert_allclose(
        lengths, [[150, 600, 300], [50, between, 150], [140, 140, 140]], rtol=1e-14
    )


def test_scale_of_all_lengths_is_of_no_consequence(tmp_path, reference):
    """Twice the length everywhere in one sample is the same as half its depth."""
    names = simulated(tmp_path, reference)
    transcripts = str(tmp_path / "tx2gene.tsv")
    table = read_counts(directory=tmp_path, sample_ids=names, transcripts=transcripts)
    kept = table.counts[(table.counts >= 10).all(axis=1)].T
    lengths = table.lengths.T
    before = normalize(kept, lengths=lengths).factors
    after = normalize(kept, lengths=lengths.mul([1, 2, 1, 1, 1, 1], axis=0)).factors
    np.testing.assert_allclose(before, after, rtol=1e-12)


SMALL = pd.DataFrame(
    {
        "Name": ["t1.1", "t1.2", "t2"],
        "Length": "900",
        "EffectiveLength": ["700.5", "650", "300"],
        "TPM": ["4", "0", "6"],
        "NumReads": ["10.5", "0", "7"],
    }
)
GENES = "t1.1\tG1\nt1.2\tG1\nt2\tG2\n"


def small(folder, kinds=("salmon", "salmon"), **changes):
    """Two samples, A and B; `changes` holds the text of a file by sample."""
    (folder / "tx2gene.tsv").write_text(GENES)
    names = {"salmon": "quant.sf", "kallisto": "abundance.tsv", "rsem": "x.isoforms.results"}
    for sample, kind in zip("AB", kinds, strict=True):
        (folder / sample).mkdir(exist_ok=True)
        text = changes.get(sample, file_of(kind, SMALL))
        path = folder / sample / names[kind]
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def read(folder, names=("A", "B"), **options):
    options.setdefault("transcripts", str(folder / "tx2gene.tsv"))
    return read_counts(directory=folder, sample_ids=list(names), **options)


def problems_of(folder, names=("A", "B"), **options):
    with pytest.raises(InputError) as caught:
        read(folder, names, **options)
    return caught.value.problems


@pytest.mark.parametrize("kind", KINDS)
def test_formats_are_recognised_by_content_in_any_order_of_columns(tmp_path, kind):
    text = file_of(kind, SMALL)
    cells = [line.split("\t") for line in text.strip().split("\n")]
    turned = "\n".join("\t".join([row[0], *row[:0:-1]]) for row in cells)
    small(tmp_path, (kind, kind), A=turned + "\n", B=gzip.compress(text.encode()))
    assert recognise(load(next((tmp_path / "A").iterdir()))) == kind
    table = read(tmp_path)
    assert table.counts.loc["G1"].tolist() == [10, 10]  # 10.5 rounds to even
    assert table.lengths.loc["G1"].tolist() == [700.5, 700.5]


def test_names_of_folders_and_files(tmp_path):
    text = file_of("salmon", SMALL)
    places = ("A_quant/quant.sf", "B.sf", "C-1/quant.sf.gz", "D.salmon/quant.sf", "E-run2/quant.sf")
    for place in places:
        path = tmp_path / place
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(gzip.compress(text.encode()) if place.endswith("gz") else text.encode())
    for extra in ("A_quant/quant.genes.sf", "A_quant/lib_format_counts.json", "C-1/salmon.log"):
        (tmp_path / extra).write_text(text)
    (tmp_path / "tx2gene.tsv").write_text(GENES)
    assert list(read(tmp_path, ["A", "B", "C-1", "D", "E"]).counts.columns) == [
        "A", "B", "C-1", "D", "E"
    ]  # fmt: skip
    assert set(candidate_files(tmp_path)) == {*places, "tx2gene.tsv"}
    (tmp_path / "A_rep2").mkdir()  # in no sheet, and further from the name than A_quant
    (tmp_path / "A_rep2" / "quant.sf").write_text(text.replace("10.5", "99"))
    assert read(tmp_path, ["A"]).counts.loc["G1", "A"] == 10


def test_folder_of_a_pipeline_with_other_counts(tmp_path):
    """As nf-core leaves it: featureCounts of biotypes is named more like the sample."""
    small(tmp_path)
    (tmp_path / "featurecounts").mkdir()
    header = "Geneid\tChr\tStart\tEnd\tStrand\tLength\tx.bam\n"
    for sample in "AB":
        path = tmp_path / "featurecounts" / f"{sample}.featureCounts.tsv"
        path.write_text(f"{header}lncRNA\t1\t1\t9\t+\t9\t5\n")
    assert read(tmp_path).format == "salmon"
    (problem, _) = problems_of(tmp_path, transcripts=None)
    assert problem.fix == "say which to read by counts.format: featurecounts or salmon"
    assert read(tmp_path, transcripts=None, file_format="featurecounts").counts.shape == (1, 2)


def test_transcripts_in_another_order(tmp_path):
    small(tmp_path, B=file_of("salmon", SMALL.iloc[::-1]))
    table = read(tmp_path)
    assert table.counts["A"].equals(table.counts["B"])
    assert table.lengths["A"].equals(table.lengths["B"])


def kallisto_h5(path, table):
    with h5py.File(path, "w") as file:
        file["est_counts"] = table["NumReads"].astype(float).to_numpy()
        file["aux/ids"] = table["Name"].to_numpy(dtype="S")
        file["aux/eff_lengths"] = table["EffectiveLength"].astype(float).to_numpy()


def test_kallisto_h5_gives_what_its_text_gives(tmp_path):
    rate = SMALL["NumReads"].astype(float) / SMALL["EffectiveLength"].astype(float)
    exact = SMALL.assign(TPM=(1e6 * rate / rate.sum()).map(repr))
    small(tmp_path, ("kallisto", "kallisto"), A=file_of("kallisto", exact), B="x")
    (tmp_path / "B" / "abundance.tsv").unlink()
    kallisto_h5(tmp_path / "B" / "abundance.h5", SMALL)
    table = read(tmp_path)
    assert table.counts["A"].equals(table.counts["B"])
    np.testing.assert_allclose(table.lengths["A"], table.lengths["B"], rtol=1e-14)
    kallisto_h5(tmp_path / "A" / "abundance.h5", SMALL.assign(NumReads="5"))
    assert read(tmp_path).counts["A"].equals(table.counts["A"])  # of both, the text
    (tmp_path / "B" / "abundance.h5").write_bytes(b"\x89HDF\r\n\x1a\n cut off")
    (problem,) = problems_of(tmp_path)
    assert "no readable abundance.h5" in problem.found


BROKEN_H5 = {
    "length of 0": ("aux/eff_lengths", [300.0, 0.0, 700.0], "a length of 0: line 2, 't1.2': 0.0"),
    "other length": ("aux/eff_lengths", [300.0, 700.0], "parts have the shapes ((3,), (3,), (2,))"),
    "two columns": ("est_counts", [[1.0, 2.0]] * 3, "parts have the shapes ((3,), (3, 2), (3,))"),
    "no table": ("aux/ids", None, "not a readable abundance.h5"),
}


@pytest.mark.parametrize("case", BROKEN_H5)
def test_kallisto_h5_with_parts_that_do_not_fit(tmp_path, case):
    place, values, words = BROKEN_H5[case]
    small(tmp_path, ("kallisto", "kallisto"))
    for sample in "AB":
        path = tmp_path / sample / "abundance.h5"
        (tmp_path / sample / "abundance.tsv").unlink()
        kallisto_h5(path, SMALL)
        with h5py.File(path, "a") as file:
            del file[place]
            file.create_group(place) if values is None else file.create_dataset(place, data=values)
    problems = problems_of(tmp_path)
    assert len(problems) == 2
    assert all(words in problem.found for problem in problems)


@pytest.mark.parametrize("kind", KINDS)
def test_files_without_a_transcript(tmp_path, kind):
    empty = file_of(kind, SMALL.iloc[:0])
    found = [p.found for p in problems_of(small(tmp_path, (kind, kind), A=empty, B=empty))]
    assert found == ["no transcript is listed"] * 2


RSEM_GENES = (
    "gene_id\ttranscript_id(s)\tlength\teffective_length\texpected_count\tTPM\tFPKM\n"
    "G1\tt1.1,t1.2\t900\t0.00\t10.5\t4\t4\nG2\tt2\t900\t0.50\t7\t6\t6\n"
)


def test_rsem_genes_need_no_table(tmp_path):
    for sample in "AB":
        (tmp_path / f"{sample}.genes.results").write_text(RSEM_GENES)
    table = read(tmp_path, transcripts=None)
    assert table.counts["A"].tolist() == [10, 7]
    assert table.lengths["A"].tolist() == [1, 0.5]  # as DESeq2 asks: a length of 0 becomes 1


def test_rsem_writes_genes_and_isoforms(tmp_path):
    isoforms = file_of("rsem", SMALL).replace("unused", "OWN")
    for sample in "AB":
        (tmp_path / f"{sample}.genes.results").write_text(RSEM_GENES)
        (tmp_path / f"{sample}.isoforms.results").write_text(isoforms)
        (tmp_path / f"{sample}.stat").mkdir()
        (tmp_path / f"{sample}.stat" / f"{sample}.cnt").write_text("1 2 3 4\n5 6 7\n")
    (tmp_path / "tx2gene.tsv").write_text(GENES)
    assert list(read(tmp_path, transcripts=None).lengths["A"]) == [1, 0.5]
    assert list(read(tmp_path).lengths["A"]) == [700.5, 300]
    for sample in "AB":
        (tmp_path / f"{sample}.genes.results").unlink()
    assert list(read(tmp_path, transcripts=None).counts.index) == ["OWN"]
    (tmp_path / "B.isoforms.results").write_text(RSEM_GENES)
    (problem,) = problems_of(tmp_path, transcripts=None)
    assert "transcripts: A.isoforms.results; genes: B.isoforms.results" in problem.found


def test_lengths_can_be_left_out(tmp_path):
    table = read(small(tmp_path), use_lengths=False)
    assert table.lengths is None
    assert "counts.lengths: ignore" in table.messages[-1]


BROKEN_VALUES = {
    "negative": ("NumReads", "-3", "negative: line 4, 't2': -3"),
    "infinite": ("TPM", "inf", "infinite: line 4, 't2': inf"),
    "missing": ("TPM", "nan", "missing: line 4, 't2': nan"),
    "text": ("EffectiveLength", "long", "text instead of a number: line 4, 't2': long"),
    "zero": ("EffectiveLength", "0", "a length of 0: line 4, 't2': 0"),
}


@pytest.mark.parametrize("case", BROKEN_VALUES)
def test_values_that_are_no_estimates(tmp_path, case):
    column, value, words = BROKEN_VALUES[case]
    table = SMALL.astype(object)
    table.loc[2, column] = value
    small(tmp_path, A=file_of("salmon", table), B=file_of("salmon", table))
    problems = problems_of(tmp_path)
    assert len(problems) == 2  # both files, in one message
    for problem, sample in zip(problems, "AB", strict=True):
        assert problem.where == f"{tmp_path / sample / 'quant.sf'}, column {column}"
        assert words in problem.found
        assert problem.allowed and problem.fix


def test_names_that_are_blank_or_repeated(tmp_path):
    table = SMALL.assign(Name=["t2", "", "t2"])
    found = [p.found for p in problems_of(small(tmp_path, A=file_of("salmon", table)))]
    assert "no name in lines '3'" in found[0]
    assert "transcripts on several rows: 't2'" in found[1]


def test_files_that_do_not_belong_together(tmp_path):
    small(tmp_path, B=file_of("salmon", SMALL.assign(Name=["t1.1", "t9", "t2"])))
    (problem,) = problems_of(tmp_path)
    assert problem.where.endswith("quant.sf")
    assert "not in both: 't9', 't1.2'" in problem.found
    assert "same index" in problem.fix


def test_folder_of_two_formats(tmp_path):
    (problem,) = problems_of(small(tmp_path, ("salmon", "kallisto")))
    assert "Salmon quant.sf (A/quant.sf)" in problem.found
    assert "abundance.h5 (B/abundance.tsv)" in problem.found
    assert "counts.format" in problem.fix


def test_sample_with_files_of_two_formats_or_twice_the_same(tmp_path):
    small(tmp_path)
    (tmp_path / "A" / "abundance.tsv").write_text(file_of("kallisto", SMALL))
    (problem,) = problems_of(tmp_path)
    assert "several files fit sample 'A'" in problem.found
    assert problem.fix == "say which to read by counts.format: salmon or kallisto"
    assert read(tmp_path, file_format="salmon").format == "salmon"
    (tmp_path / "B" / "quant.sf.gz").write_bytes(gzip.compress(file_of("salmon", SMALL).encode()))
    (problem,) = problems_of(tmp_path, file_format="salmon")
    assert "several files fit sample 'B': 'B/quant.sf', 'B/quant.sf.gz'" in problem.found


def test_sample_without_a_file_and_a_broken_one_in_one_message(tmp_path):
    small(tmp_path, B=gzip.compress(file_of("salmon", SMALL).encode() * 20)[:-9])
    (tmp_path / "Cc_1").mkdir()
    (tmp_path / "Cc_1" / "quant.sf").write_text(file_of("salmon", SMALL))
    absent, broken = problems_of(tmp_path, ["A", "B", "Ccc_1"])
    assert absent.where == f"{tmp_path}, sample 'Ccc_1'"
    assert "did you mean 'Cc_1'" in absent.fix
    assert "gzip" in broken.found
    assert broken.where.endswith("quant.sf")


def test_missing_column(tmp_path):
    """A file that lacks a column is recognised as something else, and the message says which."""
    text = file_of("salmon", SMALL).replace("TPM", "FPKM")
    (problem, *_) = problems_of(small(tmp_path, A=text, B=text), file_format="salmon")
    assert "the configuration says salmon" in problem.found


def test_no_table_of_transcripts(tmp_path):
    (problem,) = problems_of(small(tmp_path), transcripts=None)
    assert problem.where == "config: counts.transcripts"
    assert "Salmon counts transcripts" in problem.found


def test_table_of_transcripts_for_files_of_genes(tmp_path):
    for sample in "AB":
        (tmp_path / f"{sample}.txt").write_text("G1\t1\nG2\t2\n__no_feature\t5\n")
    (tmp_path / "tx2gene.tsv").write_text(GENES)
    (problem,) = problems_of(tmp_path)
    assert problem.where == "config: counts.transcripts"
    assert "htseq-count" in problem.found


def study_of(folder, **sections):
    config = {
        "study": {"title": "x"},
        "counts": {"directory": str(folder), "transcripts": str(folder / "tx2gene.tsv")},
        "samples": {"path": "samples.tsv"},
        "design": {"formula": "~ group"},
        "contrasts": {"c": {"coefficients": {"x": 1}}},
    }
    for name, section in sections.items():
        config[name] = {**config.get(name, {}), **section}
    return load_study(config).cohort


SHEET = pd.DataFrame({"group": ["a", "b"]}, index=["A", "B"])


def test_cohort_holds_lengths_in_its_own_order(tmp_path):
    small(tmp_path)
    (tmp_path / "tx2gene.tsv").write_text("t2\tA2\tfirst\nt1.1\tZ1\tlast\nt1.2\tZ1\tlast\n")
    cohort = import_cohort(study_of(tmp_path), SHEET.iloc[::-1])
    assert list(cohort.var_names) == ["A2", "Z1"]
    assert list(cohort.var["gene_name"]) == ["first", "last"]
    assert cohort.layers["average_length"].tolist() == [[300, 700.5]] * 2
    assert cohort.layers["counts"].tolist() == [[7, 10]] * 2
    assert cohort.uns["counts_format"] == "salmon"


def test_cohort_sorts_genes_and_their_lengths_together(tmp_path):
    header, *rows = RSEM_GENES.strip().split("\n")
    for sample in "AB":
        text = "\n".join([header, *rows[::-1]])
        (tmp_path / f"{sample}.genes.results").write_text(text)
    cohort = import_cohort(study_of(tmp_path, counts={"transcripts": None}), SHEET)
    assert list(cohort.var_names) == ["G1", "G2"]
    assert cohort.layers["average_length"].tolist() == [[1, 0.5]] * 2
    assert cohort.layers["counts"].tolist() == [[10, 7]] * 2


@pytest.mark.parametrize("key", ["size_factors", "lengths"])
def test_settings_that_contradict_the_offsets(tmp_path, key):
    small(tmp_path)
    (problem,) = count_problems(study_of(tmp_path, normalization={key: "x"}), SHEET)
    assert problem.where == f"config: normalization.{key}"
    assert "counts.lengths to ignore" in problem.fix
    ignoring = study_of(tmp_path, normalization={key: "x"}, counts={"lengths": "ignore"})
    assert count_problems(ignoring, SHEET) == []


def test_scaled_counts_of_nfcore_take_no_lengths(tmp_path):
    text = "gene_id\tgene_name\tA\tB\n" + "".join(f"G{i}\tN\t{i}.5\t{i * 90}\n" for i in range(99))
    for name in ("gene_counts", "gene_lengths", "gene_counts_length_scaled"):
        (tmp_path / f"salmon.merged.{name}.tsv").write_text(text)

    def study(name, **normalization):
        counts = {"path": str(tmp_path / f"salmon.merged.{name}.tsv"), "directory": None}
        counts["transcripts"] = None
        return study_of(tmp_path, counts=counts, normalization=normalization)

    (problem,) = count_problems(study("gene_counts_length_scaled", lengths="x"), SHEET)
    assert "scaled by length" in problem.found
    assert count_problems(study("gene_counts", lengths="x"), SHEET) == []
    said = " ".join(import_cohort(study("gene_counts"), SHEET).uns["messages"])
    assert "normalization.lengths" in said and "gene_lengths.tsv lies beside" in said
    said = " ".join(import_cohort(study("gene_counts_length_scaled"), SHEET).uns["messages"])
    assert "no lengths are needed" in said
