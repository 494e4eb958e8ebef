"""The same counts give the same cohort, whatever file they come in."""

import gzip

import anndata
import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet
from scipy import sparse

from recurseq.cohort.assemble import assemble
from recurseq.cohort.checks import matrix_problems
from recurseq.cohort.genes.annotation import load_annotation
from recurseq.cohort.readers.read import read_counts

GENES = [f"ENSG{number:011d}.{number % 9 + 1}" for number in (5, 3, 419, 457, 460, 938, 971, 2586)]
SAMPLES = ["P-03", "1_a", "8042381", "N.2"]
COUNTS = pd.DataFrame(
    {
        "P-03": [5, 90210, 0, 3, 59, 2**31 + 9, 11, 0],
        "1_a": [0, 4, 0, 1, 26, 7, 22, 1],
        "8042381": [17, 0, 0, 4, 53, 8, 33, 0],
        "N.2": [1, 2, 0, 1, 58, 6, 44, 3],
    },
    index=GENES,
)
TOTALS = {"P-03": 2147573945, "1_a": 61, "8042381": 115, "N.2": 115}  # added up by hand


def text(separator="\t", end="\n", turned=False):
    table = COUNTS.T if turned else COUNTS
    return table.to_csv(sep=separator, lineterminator=end, index_label="gene_id")


def tsv(folder):
    (folder / "counts").write_text(text())


def csv_gzipped(folder):
    (folder / "counts").write_bytes(gzip.compress(text(",").encode()))


def csv_of_excel(folder):
    (folder / "counts").write_bytes(b"\xef\xbb\xbf" + text(";", "\r\n").encode())


def tsv_of_r(folder):
    (folder / "counts").write_text(text().removeprefix("gene_id\t"))


def samples_in_rows(folder):
    (folder / "counts").write_text(text(turned=True).replace("gene_id", "sample_id"))


def samples_in_rows_with_entrez(folder):
    """Numbers as genes and the word for samples: still a header."""
    table = COUNTS.T.set_axis([gene[5:15] for gene in GENES], axis=1)
    (folder / "counts").write_text(table.to_csv(index_label="Sample"))


def xlsx(folder):
    book = openpyxl.Workbook()
    book.active.append(["gene", *(int(s) if s.isdigit() else s for s in SAMPLES)])
    for gene, row in COUNTS.iterrows():
        book.active.append([gene, *map(int, row)])
    book.save(folder / "counts")


def parquet_of_pandas(folder):
    COUNTS.to_parquet(folder / "counts")


def parquet_with_samples_in_rows(folder):
    COUNTS.T.rename_axis("sample").to_parquet(folder / "counts")


def parquet_with_an_id_column(folder):
    columns = {**{sample: COUNTS[sample].to_numpy(float) for sample in SAMPLES}, "gene_id": GENES}
    parquet.write_table(pa.table(columns), folder / "counts", compression="zstd")


def h5ad(folder):
    matrix(COUNTS.T.to_numpy()).write_h5ad(folder / "counts")


def h5ad_sparse_layer(folder):
    logs = matrix(np.log1p(COUNTS.T.to_numpy(float)))
    logs.layers["counts"] = sparse.csr_matrix(COUNTS.T.to_numpy(float))
    logs.write_h5ad(folder / "counts")


def h5ad_raw_of_more_genes(folder):
    full = matrix(sparse.csc_matrix(COUNTS.T.to_numpy(np.int64)))
    part = full[:, :3].copy()
    part.X = np.log1p(part.X.toarray().astype(float))
    part.raw = full
    part.write_h5ad(folder / "counts")


def matrix(values):
    return anndata.AnnData(X=values, obs=pd.DataFrame(index=SAMPLES), var=pd.DataFrame(index=GENES))


def featurecounts(folder):
    frame = COUNTS.set_axis([f"/data/run 1/{s}/Aligned.out.bam" for s in SAMPLES], axis=1)
    (folder / "counts").write_text(featurecounts_text(frame))


def featurecounts_text(frame):
    places = {"Chr": "1;1", "Start": "5;90", "End": "9;99", "Strand": "+;+", "Length": "15"}
    table = frame.assign(**places)[[*places, *frame.columns]]
    command = '# Program:featureCounts v2.0.6; Command:"featureCounts" "-a" "x.gtf"\n'
    return command + table.to_csv(sep="\t", index_label="Geneid")


def featurecounts_one_file_a_sample(folder):
    (folder / "counts").mkdir()
    for sample in SAMPLES:
        frame = COUNTS[[sample]].set_axis([f"{sample}.bam"], axis=1)
        name = f"{sample}_counts.txt"
        (folder / "counts" / name).write_text(featurecounts_text(frame))
        (folder / "counts" / f"{name}.summary").write_text(f"Status\t{sample}.bam\nAssigned\t5\n")


def star(folder):
    (folder / "counts").mkdir()
    for sample in SAMPLES:
        lines = [f"N_{name}\t9\t9\t9\n" for name in ("unmapped", "multimapping", "noFeature")]
        lines += ["N_ambiguous\t1\t1\t1\n"]
        lines += [f"{gene}\t{n + n // 9}\t{n // 9}\t{n}\n" for gene, n in COUNTS[sample].items()]
        name = f"{sample}_ReadsPerGene.out.tab"
        (folder / "counts" / name).write_text("".join(lines))


def htseq(folder):
    for sample in SAMPLES:
        lines = [f"{gene}\t{n}\n" for gene, n in COUNTS[sample].items()]
        lines += ["__no_feature\t5\n", "__ambiguous\t6\n", "__too_low_aQual\t0\n"]
        (folder / "counts" / sample).mkdir(parents=True)
        path = folder / "counts" / sample / "0cb461ea.htseq.counts.gz"
        path.write_bytes(gzip.compress("".join(lines).encode()))


def gdc(folder):
    (folder / "counts").mkdir()
    titles = "gene_id gene_name gene_type unstranded stranded_first stranded_second "
    titles += "tpm_unstranded fpkm_unstranded fpkm_uq_unstranded"
    for sample in SAMPLES:
        lines = ["# gene-model: GENCODE v36", titles.replace(" ", "\t")]
        lines += [f"N_{name}\t\t\t7\t7\t7\t\t\t" for name in ("unmapped", "multimapping")]
        lines += [f"N_{name}\t\t\t7\t7\t7\t\t\t" for name in ("noFeature", "ambiguous")]
        lines += [
            f"{gene}\tX\tlncRNA\t{n}\t{n // 2}\t{n - n // 2}\t0.0012\t0.5\t0.25"
            for gene, n in COUNTS[sample].items()
        ]
        name = f"{sample}.rna_seq.augmented_star_gene_counts.tsv"
        (folder / "counts" / name).write_text("\n".join(lines) + "\n")


def nfcore(folder):
    table = COUNTS.assign(gene_name="X")[["gene_name", *SAMPLES]]
    (folder / "counts").write_text(table.to_csv(sep="\t", index_label="gene_id"))


WRITERS = {
    **dict.fromkeys([tsv, csv_gzipped, csv_of_excel, tsv_of_r, samples_in_rows], "matrix"),
    **dict.fromkeys([xlsx, parquet_of_pandas, parquet_with_samples_in_rows], "matrix"),
    **dict.fromkeys([parquet_with_an_id_column], "matrix"),
    **dict.fromkeys([h5ad, h5ad_sparse_layer, h5ad_raw_of_more_genes], "h5ad"),
    **dict.fromkeys([featurecounts, featurecounts_one_file_a_sample], "featurecounts"),
    **{star: "star", htseq: "htseq", gdc: "gdc_star", nfcore: "nfcore"},
}


@pytest.mark.parametrize("write", WRITERS, ids=lambda write: write.__name__)
def test_same_counts_same_cohort(tmp_path, write, record_property):
    record_property("format", f"{WRITERS[write]}: {write.__name__.replace('_', ' ')}")
    record_property("result", "recognised by content; the same cohort as from any other file")
    write(tmp_path)
    place = tmp_path / "counts"
    where = {"directory": place} if place.is_dir() else {"path": place}
    table = read_counts(**where, sample_ids=SAMPLES)
    assert table.format == WRITERS[write]
    samples = pd.DataFrame(index=pd.Index(SAMPLES))
    assert matrix_problems(table, samples, "counts") == []
    cohort = assemble(
        table,
        samples,
        load_annotation("none"),
        min_count=0,
        min_samples=1,
        simulated=False,
        main_factor="",
    )
    assert dict(zip(cohort.obs_names, cohort.layers["counts"].sum(axis=1), strict=True)) == TOTALS
    expected = COUNTS.T.sort_index().sort_index(axis=1)
    pd.testing.assert_frame_equal(
        cohort.to_df("counts"), expected, check_names=False, check_dtype=False
    )
    turned = any("with samples in rows" in message for message in table.messages)
    assert turned == ("samples_in_rows" in write.__name__)


def test_numbers_as_genes_with_samples_in_rows(tmp_path):
    samples_in_rows_with_entrez(tmp_path)
    table = read_counts(tmp_path / "counts", sample_ids=SAMPLES)
    assert list(table.counts.columns) == SAMPLES
    assert table.counts.loc["0000000457"].tolist() == [3, 1, 4, 1]


@pytest.mark.parametrize("kind", ["parquet", "csv", "h5ad", "rows"])
def test_a_real_matrix_in_other_files(shared_data, tmp_path, kind):
    source = shared_data / "data/pasilla/counts.tsv.gz"
    frame = pd.read_csv(source, sep="\t", index_col=0)
    path = tmp_path / "counts"
    if kind == "parquet":
        frame.to_parquet(path)
    elif kind == "csv":
        frame.to_csv(path, sep=";", quoting=1)
    elif kind == "rows":
        frame.T.to_csv(path, sep="\t")
    else:
        values = sparse.csr_matrix(frame.to_numpy().T)
        names = {"obs": pd.DataFrame(index=frame.columns), "var": pd.DataFrame(index=frame.index)}
        anndata.AnnData(values, **names).write_h5ad(path)
    samples = list(frame.columns)
    expected = read_counts(source, sample_ids=samples).counts
    assert expected.sum().to_dict() == frame.sum().to_dict()
    found = read_counts(path, sample_ids=samples).counts
    pd.testing.assert_frame_equal(found, expected, check_dtype=False, check_names=False)


def test_real_featurecounts(shared_data, record_property):
    record_property("format", "featurecounts: a real file with paths and lists of exons")
    record_property("result", "samples named as in the sheet; totals of the file")
    path = shared_data / "data/formats/featurecounts/uhr_hbr_chr22_featureCounts.txt"
    table = read_counts(path, sample_ids=["UHR_1", "HBR_2"])
    assert list(table.counts.columns) == [
        f"{kind}_{n}" for kind in ("HBR", "UHR") for n in (1, 2, 3)
    ]
    lines = [line.split("\t") for line in path.read_text().splitlines()[2:]]
    assert any(";" in line[2] for line in lines)
    totals = [sum(int(line[column]) for line in lines) for column in range(6, 12)]
    assert table.counts.sum().tolist() == totals
    assert "'HBR_1 from /home/mlsi/RNASeq/mapping/HBR_1/HBR_1.bam'" in table.messages[-1]


def test_real_spreadsheet_holds_what_openpyxl_sees(shared_data, record_property):
    record_property("format", "matrix: a real spreadsheet")
    record_property("result", "every cell as openpyxl reads it")
    path = shared_data / "data/formats/spreadsheet/mouse_hcc_cleaned_cnt.xlsx"
    rows = openpyxl.load_workbook(path, read_only=True).active.iter_rows(values_only=True)
    header, *rest = rows
    counts = read_counts(path).counts
    assert list(counts.columns) == list(header[1:])
    assert list(counts.index) == [row[0] for row in rest]
    assert counts.to_numpy().tolist() == [list(row[1:]) for row in rest]
