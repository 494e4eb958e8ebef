"""A small study on disk, as the rules would leave it: what the report rooms are tested on."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from io import BytesIO
from pathlib import Path

import anndata
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from recurseq.base.tables import describe, write_table
from recurseq.contrasts.results import summary_row
from recurseq.evidence.summary import summarise
from recurseq.study import load_study

EVIL = "<script>alert(1)</script>"
FORMULA_NAME = '=HYPERLINK("x")'
GROUPS = {"normal": 5, "no_recurrence": 6, "early_recurrence": 7}
GENES = [EVIL, FORMULA_NAME, "SEPT1", "MARCH1", "1-Mar", "MT1M", "MYCN", "HMGA2"]


def config(**changes) -> dict:
    """Return the configuration of the small study, top-level sections replaced by `changes`."""
    sections = {
        "study": {"title": "Recurrence <of> liver cancer & more"},
        "counts": {"path": "counts.tsv.gz"},
        "samples": {"path": "samples.tsv"},
        "filter": {"min_count": 10, "min_samples": "auto"},
        "design": {"formula": "~ group", "levels": {"group": list(GROUPS)}},
        "contrasts": {
            "early_vs_none": {
                "factor": "group",
                "numerator": "early_recurrence",
                "denominator": "no_recurrence",
            },
            "tumour_vs_normal": {
                "factor": "group",
                "numerator": ["early_recurrence", "no_recurrence"],
                "denominator": "normal",
            },
        },
        "omnibus": {"reduced": "~ 1"},
        "testing": {"alpha": 0.05, "min_abs_lfc": 1},
        "markers": {"panel": "config/markers.tsv"},
        "enrichment": {"collections": {"curated": "config/gene_sets/curated.gmt"}},
        "demo": {"truth": "demo/truth.tsv"},
    }
    return {key: value for key, value in (sections | changes).items() if value is not None}


def scripts_of(page: str) -> list[str]:
    """Return the scripts of a page after asserting that its policy names each, and no other."""
    found = re.findall(r"<script\b[^>]*>(.*?)</script>", page, re.DOTALL)
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)[1]
    digests = [hashlib.sha256(text.encode()).digest() for text in found]
    hashes = [f"'sha256-{base64.b64encode(one).decode()}'" for one in digests]
    assert re.findall(r"'sha256-[^']+'", policy) == hashes
    assert len(found) == page.count("<script")
    return found


def frame(table: str, rows: list[dict]) -> pd.DataFrame:
    """Return rows with every described column of a table, missing where not given."""
    names = describe(table).names
    return pd.DataFrame([{**dict.fromkeys(names), **row} for row in rows], columns=names)


def gene_names(count: int) -> list[str]:
    return GENES + [f"GENE{i}" for i in range(len(GENES), count)]


def contrast_table(count: int = 200, significant: bool = True, seed: int = 1) -> pd.DataFrame:
    """Return a contrast table in which the last rows have no test, for three reasons."""
    rng = np.random.default_rng(seed)
    lfc = rng.normal(0, 2 if significant else 0.2, count)
    stat = lfc / 0.3
    padj = np.exp(-np.abs(stat)) if significant else np.full(count, 0.9)
    called = (padj < 0.05) & (np.abs(lfc) >= 1)
    table = frame("contrast_genes", [{} for _ in range(count)]).assign(
        gene_id=[f"ENSG{i:05d}.1" for i in range(count)],
        gene_name=gene_names(count),
        baseMean=rng.gamma(2, 200, count),
        log2FoldChange=lfc,
        lfcSE=0.3,
        stat=stat,
        pvalue=padj / 2,
        padj=padj,
        shrunkenLog2FoldChange=lfc * 0.8,
        shrunkenLfcSE=0.2,
        pvalueThreshold=np.nan,
        padjThreshold=np.nan,
        significant=called,
        direction=np.where(called, np.where(lfc > 0, "up", "down"), "none"),
    )
    untested = table.index[-20:]
    numbers = [column for column in table if column.startswith(("log2", "lfc", "stat", "p", "shr"))]
    table.loc[untested, numbers] = np.nan
    table.loc[untested, ["significant", "direction"]] = [False, "none"]
    table["status"] = "tested"
    table.loc[untested[:15], "note"] = "filtered before fitting: all zero"
    table.loc[untested[:15], "status"] = "all_zero"
    table.loc[untested[15:18], "status"] = "independent_filtering"
    table.loc[untested[18:], "status"] = "cooks_outlier"
    replaced = "outlier count of sample S9 replaced before fitting"
    table.loc[untested[15:18], "note"] = f"{replaced}; independent filtering: mean count below 5"
    table.loc[untested[18:], "note"] = [
        "Cook's outlier in sample S1",
        "Cook's outlier in sample S2",
    ]
    return table


def evidence_table(genes: pd.DataFrame) -> pd.DataFrame:
    """Return evidence; called genes are confirmed, unconfirmed and carried by few in turn."""
    tested = genes[genes["pvalue"].notna()].reset_index(drop=True)
    words = np.array(["confirmed", "unconfirmed", "carried_by_few"])[np.arange(len(tested)) % 3]
    table = frame("contrast_evidence", [{} for _ in range(len(tested))]).assign(
        gene_id=tested["gene_id"],
        gene_name=tested["gene_name"],
        voomLog2FoldChange=tested["log2FoldChange"] * 0.9,
        voomPvalue=tested["pvalue"],
        voomPadj=tested["padj"],
        auc=0.8,
        aucLower=0.6,
        aucUpper=0.95,
        topTwoShare=0.4,
        flipsWithout=np.where(words == "unconfirmed", f"S1;{EVIL}", ""),
        support=np.where(tested["significant"].astype(bool), words, "none"),
    )
    return table


def permutations_table(called=range(25)) -> pd.DataFrame:
    """Return calls with shuffled labels: 0 to 24 unless given."""
    rows = [
        {"permutation": k, "called": n, "confirmed": n // 10, "smallest_pvalue": 1e-5}
        for k, n in enumerate(called, start=1)
    ]
    return frame("contrast_permutations", rows)


def write_study(results: Path, significant: bool = True, optional: bool = True) -> None:
    """Write the result files of the small study under `results`."""
    _write_model(results / "model.h5ad")
    study, rows, weighed, shuffled = load_study(config()), [], [], []
    for name, seed in (("early_vs_none", 1), ("tumour_vs_normal", 2)):
        table = contrast_table(significant=significant, seed=seed)
        write_table(table, results / "contrasts" / name / "genes.tsv", "contrast_genes")
        summary = summary_row(table, study.contrasts[name], samples(), 5.0)
        write_table(summary, results / f"contrasts/{name}/summary.tsv", "contrast_summary_row")
        rows.append(summary)
        evidence = evidence_table(table)
        write_table(evidence, results / f"contrasts/{name}/evidence.tsv", "contrast_evidence")
        weighed.append(evidence)
        shuffled.append(permutations_table())
        path = results / f"contrasts/{name}/permutations.tsv"
        write_table(shuffled[-1], path, "contrast_permutations")
    summary = summarise(rows, weighed, shuffled)
    write_table(summary, results / "contrasts/summary.tsv", "contrast_summary")
    flags = [_flag()] if significant else []
    write_table(frame("qc_flags", flags), results / "qc" / "flags.tsv", "qc_flags")
    sex = [{"sample_id": f"S{i}", "agrees": [True, True, False, None][i]} for i in range(4)]
    write_table(frame("qc_sex_check", sex), results / "qc" / "sex_check.tsv", "qc_sex_check")
    if optional:
        _write_optional(results, significant)


def samples() -> pd.DataFrame:
    groups = [name for name, size in GROUPS.items() for _ in range(size)]
    return pd.DataFrame(
        {"group": pd.Categorical(groups, categories=list(GROUPS))},
        index=[f"S{i}" for i in range(len(groups))],
    )


def _write_model(path: Path) -> None:
    genes = pd.DataFrame(
        {"gene_name": gene_names(200), "kept": True, "drop_reason": ""},
        index=[f"ENSG{i:05d}.1" for i in range(200)],
    )
    genes.loc[genes.index[-18:], ["kept", "drop_reason"]] = [False, "too few counts"]
    genes["converged"] = genes["kept"]
    genes[["replaced", "cooksOutlier"]] = False
    genes.loc[genes.index[:3], "converged"] = False
    genes.loc[genes.index[:2], "replaced"] = True
    changed = {"sample_id": ["S9", EVIL], "count": [5000, 70], "replacement": [31, 4]}
    notes = {
        "fit_type": "parametric",
        "min_samples": 4,
        "messages": [f"sample {EVIL} left out"],
        "replacements": pd.DataFrame({"gene_id": genes.index[:2], **changed}),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    levels = np.random.default_rng(3).normal(8, 1, (len(samples()), len(genes)))
    vst = np.where(genes["kept"].to_numpy(bool), levels, np.nan)
    anndata.AnnData(obs=samples(), var=genes, uns=notes, layers={"vst": vst}).write_h5ad(path)


def _flag() -> dict:
    numbers = {"value": 1.5, "median": 0.5, "robust_z": 4.2}
    return {"sample_id": EVIL, "flag": "library_size", "reason": "few reads", **numbers}


def _write_optional(results: Path, significant: bool) -> None:
    table = contrast_table().assign(df=2)[describe("omnibus_genes").names]
    write_table(table, results / "omnibus" / "genes.tsv", "omnibus_genes")
    markers = [_marker(query, name) for query in GENES for name in config()["contrasts"]]
    write_table(frame("markers", markers), results / "markers" / "markers.tsv", "markers")
    for name in config()["contrasts"]:
        folder = results / "enrichment" / name
        sets = [_gene_set(i, significant) for i in range(14)]
        write_table(frame("gsea", sets), folder / "curated.gsea.tsv", "gsea")
        over = [_over(significant)]
        write_table(frame("ora", over), folder / "curated.ora.tsv", "ora")
        draw(folder / "figures", ["curated.dotplot", "curated.running_scores"])
        draw(results / "contrasts" / name / "figures", ["ma", "volcano"])
    draw(results / "qc" / "figures", ["pca"])
    check = {"contrast": "early_vs_none", "alpha": 0.05, "tested": 180, "truly_changed": 40}
    check |= {"called": 31, "false_calls": 1, "observed_fdr": 1 / 31, "power": 0.75}
    check |= {"wrong_sign": 0, "confirmed": 25, "false_confirmed": 0, "confirmed_fdr": 0.0}
    check |= {"confirmed_power": 0.6, "carried_by_few": 2, "carried_subset": 1}
    check |= {"verdict": "above_chance", "verdict_agrees": True}
    halves = {"contrast": "random_halves", "alpha": 0.05, "called": 3, "observed_fdr": 1.0}
    rows = [check, {**halves, "verdict": "like_chance", "verdict_agrees": True}]
    write_table(frame("demo_check", rows), results / "demo" / "check.tsv", "demo_check")
    marker = {"gene_id": "ENSG_MT1M", "gene_name": "MT1M", "programme": "metallothionein"}
    marker |= {"contrast": "early_vs_none", "planted": -2.5, "dispersion": 0.38, "power": 0.97}
    marker |= {"patients_dispersion": 2.7, "subset": False, "log2FoldChange": -2.4}
    marker |= {"padj": 1e-4, "outcome": "confirmed"}
    missed = {**marker, "gene_name": "AFP", "planted": 2.0, "subset": True, "outcome": "missed"}
    missed["programme"] = "oncofetal"
    table = frame("demo_markers", [marker, missed])
    write_table(table, results / "demo" / "markers.tsv", "demo_markers")
    names = describe("demo_patterns").names
    counts = {**dict.fromkeys(names, 0), "planted": "lost_further", "lost_further": 4}
    table = frame("demo_patterns", [counts])
    write_table(table, results / "demo" / "patterns.tsv", "demo_patterns")


def _marker(query: str, contrast: str) -> dict:
    row = {"query": query, "set": "oncofetal", "contrast": contrast, "n_numerator": 7}
    if query == "MYCN":
        return {**row, "verdict": "not tested", "note": "not in the count matrix"}
    verdict = {"MT1M": "opposite", "HMGA2": "as expected"}.get(query, "not significant")
    estimate = {"log2FoldChange": -1.2345, "ci_lower": -2.0, "ci_upper": -0.5, "padj": 2.5e-7}
    names = {"gene_id": f"ENSG_{query}", "gene_name": query, "matched_by": "symbol"}
    return {**row, **names, **estimate, "expected": "up", "observed": "down", "verdict": verdict}


def _gene_set(i: int, significant: bool) -> dict:
    score = (1 if i % 2 else -1) * (2.5 - i / 10)
    padj = 0.001 * (i + 1) if significant else 0.7
    genes = ";".join([EVIL, *(f"GENE{j}" for j in range(20))])
    row = {"set": f"SET_{i}", "size": 30, "ES": score / 4, "NES": score}
    row["direction"] = ("up" if score > 0 else "down") if padj < 0.05 else "none"
    # The preranked p-value calls every set, and decides none.
    tests = {"pvalue": 1e-9, "padj": 1e-8, "significant": padj < 0.05}
    tests |= {"competitivePvalue": padj / 2, "competitivePadj": padj, "interGeneCorrelation": 0.1}
    return {**row, **tests, "leading_edge_size": 21, "leading_edge": genes}


def _over(significant: bool) -> dict:
    row = {"set": "SET_1", "direction": "up", "overlap": 9, "size": 30, "called": 40}
    padj = 1e-5 if significant else 0.8
    numbers = {"background": 180, "odds_ratio": np.inf, "pvalue": padj / 2, "padj": padj}
    return {**row, **numbers, "genes": "MT1M;HMGA2"}


def draw(folder: Path, names: list[str]) -> None:
    """Write small pictures under the names."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        for ending, content in _picture().items():
            (folder / f"{name}.{ending}").write_bytes(content)


@cache
def _picture() -> dict[str, bytes]:
    """A small picture by the endings of its files: the same everywhere, and drawn once."""
    figure = Figure(figsize=(4, 3))
    figure.subplots().plot([0, 1], [0, 1])
    png, svg = BytesIO(), BytesIO()
    figure.savefig(png, format="png", dpi=50)
    figure.savefig(svg, format="svg", metadata={"Date": None})
    return {"png": png.getvalue(), "svg": svg.getvalue()}
