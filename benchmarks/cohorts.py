"""Studies with tables of R DESeq2, and our own answers to the same questions.

Real cohorts are read from a folder that holds data/<cohort>/ (counts, samples) and
reference/<cohort>/ (R's tables); the simulated study and a part of airway from tests/reference.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from recurseq.deseq import Fit, Options, blind_vst, contrast_table, fit, omnibus_table
from recurseq.design.formula import Formula, contrast_vector, design_matrix, parse_formula

DISPERSIONS = ("dispGeneEst", "dispFit", "dispMAP", "dispersion")


@dataclass(frozen=True)
class Cohort:
    """A study, its design, and the tests that R was asked for.

    Genes have `lowest` counts or more in at least `samples` samples.
    """

    name: str
    formula: str
    levels: tuple[str, ...]
    reduced: str
    pairs: tuple[tuple[str, str], ...]
    lowest: int = 1
    samples: int = 1


COHORTS = (
    Cohort(
        "tcga_lihc",
        "~ group",
        ("normal", "no_recurrence", "early_recurrence"),
        "~ 1",
        (
            ("early_recurrence", "no_recurrence"),
            ("early_recurrence", "normal"),
            ("no_recurrence", "normal"),
        ),
        10,
        8,
    ),
    Cohort(
        "mouse_hcc",
        "~ group",
        ("NCD", "NASH", "CCl4", "HCC_adjacent", "HCC_tumor"),
        "~ 1",
        (("HCC_tumor", "HCC_adjacent"), ("HCC_tumor", "NCD"), ("NASH", "NCD")),
        10,
        3,
    ),
    Cohort(
        "airway",
        "~ celltype + dex",
        ("control", "treated"),
        "~ celltype",
        (("treated", "control"),),
    ),
    Cohort(
        "pasilla",
        "~ type + condition",
        ("untreated", "treated"),
        "~ type",
        (("treated", "untreated"),),
    ),
)


@dataclass
class Comparison:
    """Our numbers beside R's: per column name a pair of Series or arrays over genes."""

    name: str
    design: str
    residual_df: int
    fit: Fit
    columns: dict[str, tuple[pd.Series, pd.Series]] = field(default_factory=dict)
    contrasts: dict[str, tuple[pd.DataFrame, pd.DataFrame]] = field(default_factory=dict)
    constants: dict[str, tuple[float, float]] = field(default_factory=dict)
    weights: dict[str, pd.Series] = field(default_factory=dict)


def read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, sep="\t", index_col=0)


def real(folder: Path) -> Iterator[Comparison]:
    """Compare every real cohort of the folder."""
    for cohort in COHORTS:
        if (folder / "reference" / cohort.name).is_dir():
            yield _compare_cohort(folder, cohort)


def _compare_cohort(folder: Path, cohort: Cohort) -> Comparison:
    formula = parse_formula(cohort.formula)
    factor = formula.variables[-1]
    data, tables = folder / "data" / cohort.name, folder / "reference" / cohort.name
    samples = read(data / "samples.tsv")
    samples = samples.loc[samples[factor].isin(cohort.levels), list(formula.variables)]
    for name in samples:
        chosen = cohort.levels if name == factor else sorted(samples[name].unique())
        samples[name] = pd.Categorical(samples[name], chosen)
    counts = read(data / "counts.tsv.gz")[samples.index]
    counts = counts[(counts >= cohort.lowest).sum(axis=1) >= cohort.samples].T
    model = fit(counts, design_matrix(formula, samples), threads=2)
    found = Comparison(cohort.name, cohort.formula, _degrees(model), model)
    found.columns["size factor"] = (
        model.size_factors,
        read(tables / "size_factors.tsv")["size_factor"],
    )
    _add_dispersions(found, read(tables / "dispersions.tsv.gz"))
    _add_summary(found, (tables / "summary.txt").read_text(encoding="utf-8"))
    options = Options(alpha=0.1, lfc_threshold=0.5, shrinkage="none")
    for numerator, denominator in cohort.pairs:
        question = {"factor": factor, "numerator": [numerator], "denominator": [denominator]}
        theirs = read(tables / f"{numerator}_vs_{denominator}.tsv.gz").rename(
            columns={"pvalue_lfc0.5": "pvalueThreshold", "padj_lfc0.5": "padjThreshold"}
        )
        ours = _answer(model, formula, samples, question, options)
        label = f"{numerator} v {denominator}"
        found.contrasts[label] = ours, theirs
        found.weights[label] = contrast_vector(formula, samples, question)
    reduced = design_matrix(parse_formula(cohort.reduced), samples)
    omnibus = omnibus_table(model, reduced, options).set_index("gene_id")
    found.contrasts["likelihood-ratio test"] = omnibus, read(tables / "lrt.tsv.gz")
    expected = read(tables / "vst_500genes.tsv.gz")
    blind = blind_vst(counts, model.normalization).T
    found.columns["VST (blind)"] = blind.loc[expected.index].stack(), expected.stack()
    return found


def compared_samples(samples: pd.DataFrame, question: dict) -> pd.Series | None:
    """Tell which samples are on either side of a contrast of levels; None for coefficients."""
    if "factor" not in question:
        return None
    compared = samples[question["factor"]].isin([*question["numerator"], *question["denominator"]])
    for name, level in question.get("within", {}).items():
        compared &= samples[name] == level
    return compared


def _answer(
    model: Fit, formula: Formula, samples: pd.DataFrame, question: dict, options: Options
) -> pd.DataFrame:
    weights = contrast_vector(formula, samples, question)
    compared = compared_samples(samples, question)
    return contrast_table(model, weights, options, compared=compared).set_index("gene_id")


def _degrees(model: Fit) -> int:
    return model.design.shape[0] - model.design.shape[1]


def _add_dispersions(found: Comparison, theirs: pd.DataFrame) -> None:
    for name in DISPERSIONS:
        found.columns[name] = found.fit.genes[name], theirs[name]


def _add_summary(found: Comparison, text: str) -> None:
    """Read trend and prior variance from the lines that R's script wrote."""
    words = {line.split(" ")[0]: line.split(" ")[1:] for line in text.splitlines()}
    asymptote, extra = (float(word) for word in words["trend"][1:])
    _add_constants(found, asymptote, extra, float(words["dispPriorVar"][0]))


def _add_constants(found: Comparison, asymptote: float, extra: float, prior: float) -> None:
    found.constants = {
        "trend, asymptote": (found.fit.trend.asymptote, asymptote),
        "trend, extra-Poisson": (found.fit.trend.extra_poisson, extra),
        "prior variance": (found.fit.prior_variance, prior),
    }


LEVELS = ("normal", "none", "early")
EARLY_NONE = {"factor": "group", "numerator": ["early"], "denominator": ["none"]}
EARLY_NORMAL = {"factor": "group", "numerator": ["early"], "denominator": ["normal"]}
SIMULATED = {
    "group": (
        "~ group",
        "~ 1",
        {"early_none": EARLY_NONE, "early_normal": EARLY_NORMAL},
    ),
    "blocks": (
        "~ batch + age + group",
        "~ batch + age",
        {"early_none": EARLY_NONE, "age": {"coefficients": {"age": 1}}},
    ),
    "interaction": (
        "~ sex * group",
        "~ sex + group",
        {"early": {"coefficients": {"sex[male]:group[early]": 1}}},
    ),
}


def simulated(folder: Path) -> Iterator[Comparison]:
    """Compare the designs of the simulated study of tests/reference."""
    counts, samples = read(folder / "counts.tsv.gz").T, read(folder / "samples.tsv.gz")
    samples["group"] = pd.Categorical(samples["group"], LEVELS)
    for name in ("batch", "sex"):
        samples[name] = pd.Categorical(samples[name])
    options = Options(alpha=0.05, lfc_threshold=0.5, shrinkage="none")
    for name, (text, reduced, questions) in SIMULATED.items():
        formula = parse_formula(text)
        model = fit(counts, design_matrix(formula, samples))
        found = Comparison(f"simulated {name}", text, _degrees(model), model)
        if name == "group":
            factors = read(folder / "size_factors.tsv.gz")["size_factor"]
            found.columns["size factor"] = model.size_factors, factors
        if (folder / f"{name}.dispersions.tsv.gz").exists():
            _add_dispersions(found, read(folder / f"{name}.dispersions.tsv.gz"))
            trend = read(folder / f"{name}.trend.tsv.gz").iloc[0]
            _add_constants(found, trend["asymptote"], trend["extra"], trend["prior"])
        for label, question in questions.items():
            theirs = read(folder / f"{name}.{label}.results.tsv.gz")
            ours = _answer(model, formula, samples, question, options)
            found.contrasts[label.replace("_", " v ")] = ours, theirs
        smaller = design_matrix(parse_formula(reduced), samples)
        omnibus = omnibus_table(model, smaller, options).set_index("gene_id")
        found.contrasts["likelihood-ratio test"] = omnibus, read(folder / f"{name}.lrt.tsv.gz")
        yield found


def empty_groups(folder: Path) -> dict[str, tuple[pd.DataFrame, pd.DataFrame]]:
    """Our and R's table of one contrast of genes with empty groups, by reference level."""
    counts, formula = read(folder / "empty_groups.counts.tsv.gz").T, parse_formula("~ group")
    question = {"factor": "group", "numerator": ["b"], "denominator": ["d"]}
    options, answers = Options(alpha=0.05, shrinkage="none"), {}
    for level in ("a", "c"):
        group = pd.Categorical(
            np.repeat(list("abcde"), 4), sorted("abcde", key=lambda x: x != level)
        )
        samples = pd.DataFrame({"group": group}, counts.index)
        model = fit(counts, design_matrix(formula, samples))
        theirs = read(folder / f"empty_groups.{level}.tsv.gz")
        answers[level] = _answer(model, formula, samples, question, options), theirs
    return answers


def airway_part(folder: Path) -> Comparison:
    """Compare every sixth gene of airway; R's table holds called and some other genes."""
    counts = read(folder / "airway_part.counts.tsv.gz").T.sort_index()
    cells = pd.Categorical(np.repeat(["a", "b", "c", "d"], 2))
    treated = pd.Categorical(["untrt", "trt"] * 4, ["untrt", "trt"])
    samples = pd.DataFrame({"cell": cells, "dex": treated}, index=counts.index)
    formula = parse_formula("~ cell + dex")
    model = fit(counts, design_matrix(formula, samples))
    found = Comparison("airway, every sixth gene", formula.text, _degrees(model), model)
    facts = read(folder / "airway_part.facts.tsv.gz")["value"]
    found.columns["size factor"] = model.size_factors, facts[samples.index]
    _add_constants(found, facts["asymptote"], facts["extra"], facts["prior"])
    theirs = read(folder / "airway_part.results.tsv.gz")
    found.columns["dispersion"] = model.genes["dispersion"].loc[theirs.index], theirs["dispersion"]
    question = {"factor": "dex", "numerator": ["trt"], "denominator": ["untrt"]}
    options = Options(alpha=0.05, lfc_threshold=0.5, shrinkage="none")
    ours = _answer(model, formula, samples, question, options)
    found.contrasts["trt v untrt"] = ours.loc[theirs.index], theirs
    return found
