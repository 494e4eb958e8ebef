"""The shipped demo with other seeds: what is called, confirmed and classed, against its truth.

A part of docs/truth.md (benchmarks/truth.py). The steps of the demo are called one by one, without
those that call nothing (shrinkage, leaving samples out, gene sets, figures).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import yaml

from recurseq.cohort.genes.annotation import load_annotation
from recurseq.contrasts.results import called
from recurseq.demo.check import calls_against_truth
from recurseq.demo.found import SMALL_STEP, markers_against_truth, patterns_against_truth
from recurseq.demo.halves import compare_halves
from recurseq.demo.simulate import simulate
from recurseq.deseq import Fit, Options, contrast_results
from recurseq.deseq import fit as fit_model
from recurseq.design.contrast import Contrast
from recurseq.design.formula import Formula, design_matrix, parse_formula
from recurseq.evidence.shuffles import shuffle_labels
from recurseq.evidence.verdict import ABOVE, verdict_columns
from recurseq.evidence.weigh import support_calls
from recurseq.patterns.classify import classify_patterns
from recurseq.patterns.codes import NO_EVIDENCE, title
from recurseq.study import load_study
from support.paths import REPOSITORY

OPTIONS = Options(shrinkage="none")
MAIN, HEADLINE = "early_vs_none", ("MT1M", "MYCN", "HMGA2")


@dataclass(frozen=True)
class DemoRun:
    """Tables ``demo_check`` (with the halves), ``demo_markers`` and ``demo_patterns`` of a seed."""

    check: pd.DataFrame
    markers: pd.DataFrame
    patterns: pd.DataFrame


def run_demo(seed: int, threads: int = 2) -> DemoRun:
    """Simulate, fit, call and check the shipped demo with another seed."""
    config = yaml.safe_load((REPOSITORY / "config" / "config.yaml").read_text(encoding="utf-8"))
    study = load_study(config)
    sheet = pd.read_csv(REPOSITORY / "config" / "samples.tsv", sep="\t", dtype=str)
    counts, truth, drawn = simulate(sheet, seed, load_annotation("builtin"))
    samples = sheet.set_index("sample_id").assign(half=drawn.set_index("sample_id")["half"])
    for name, levels in config["design"]["levels"].items():
        samples[name] = pd.Categorical(samples[name], categories=levels)
    fewest = samples["group"].value_counts().min()
    kept = (counts >= config["filter"]["min_count"]).sum(axis=1) >= fewest
    formula = parse_formula(config["design"]["formula"])
    model = fit_model(counts[kept].T, design_matrix(formula, samples))

    contrasts = list(study.contrasts.values())
    results = [_results(model, contrast, formula, samples) for contrast in contrasts]
    evidence = [
        support_calls(model, contrast, formula, samples, table).reset_index()
        for contrast, table in zip(contrasts, results, strict=True)
    ]
    dealt = {"permutations": study.permutations, "seed": seed, "threads": threads}
    main = study.contrasts[MAIN]
    shuffles = shuffle_labels(model, main, formula, samples, OPTIONS, **dealt)
    called_genes = int(results[contrasts.index(main)]["significant"].sum())
    verdicts = {MAIN: verdict_columns(called_genes, shuffles)["verdict"]}
    check = calls_against_truth(truth, contrasts, results, evidence, verdicts, study.testing.alpha)
    genes = truth.set_index("gene_id")[["gene_name"]].loc[model.coefficients.index]
    halves = compare_halves(
        *(model, config["design"]["formula"], samples, truth, genes),
        *(main.rule, OPTIONS),
        **dealt,
    )
    markers = markers_against_truth(truth, contrasts, results, evidence, formula, samples)
    steps = [study.contrasts[name] for name in study.patterns["contrasts"]]
    tables = {one.name: table for one, table in zip(contrasts, results, strict=True)}
    patterns = classify_patterns(tables, steps, study.testing.alpha)
    return DemoRun(
        pd.concat([check, halves], ignore_index=True).assign(seed=seed),
        markers[markers["contrast"] == MAIN].assign(seed=seed),
        patterns_against_truth(truth, [patterns], steps),
    )


def _results(
    model: Fit, contrast: Contrast, formula: Formula, samples: pd.DataFrame
) -> pd.DataFrame:
    weights = contrast.weights(formula, samples)
    found = contrast_results(model, weights, OPTIONS, compared=contrast.compared(samples))
    return called(found.table, contrast)


def headline_rows(runs: Sequence[DemoRun]) -> list[tuple[str, ...]]:
    """Count the runs in which the genes of the story are called and confirmed."""
    markers = pd.concat([run.markers for run in runs]).set_index("gene_name")
    rows = []
    for gene in HEADLINE:
        own = markers.loc[gene]
        counts = [f"{(own['outcome'] == word).sum()}" for word in ("confirmed", "unconfirmed")]
        planted, dispersion = own[["planted", "dispersion"]].iloc[0]
        patients = own["patients_dispersion"].iloc[0]
        numbers = (f"{planted:.1f}", f"{dispersion:.2f}", f"{patients:.1f}")
        rows.append((gene, f"{len(own)}", *numbers, *counts))
    return rows


def programme_rows(runs: Sequence[DemoRun]) -> list[tuple[str, ...]]:
    """Share out what becomes of the planted changes of each programme, over all runs."""
    markers = pd.concat([run.markers for run in runs])
    planted = markers[markers["planted"] != 0]
    rows = []
    for programme, own in planted.groupby("programme", sort=False):
        words = ("confirmed", "unconfirmed", "carried_by_few", "missed")
        shares = [f"{100 * (own['outcome'] == word).mean():.0f} %" for word in words]
        rows.append((programme.replace("_", " "), f"{own['gene_id'].nunique()}", *shares))
    return rows


def pattern_rows(runs: Sequence[DemoRun]) -> list[tuple[str, ...]]:
    """Count the genes found in a pattern by what they were planted with, over all runs."""
    total = sum(run.patterns.set_index("planted") for run in runs)
    rows = []
    for code in total.columns.drop(NO_EVIDENCE):
        found = total[code]
        numbers = (found.sum(), found[code], found[SMALL_STEP])
        other = numbers[0] - numbers[1] - numbers[2]
        planted = total.loc[code].sum()
        seen = f"{100 * found[code] / planted:.0f} %" if planted else "-"
        rows.append((title(code), *(f"{number:,}" for number in (*numbers, other)), seen))
    return rows


def verdict_sentences(runs: Sequence[DemoRun]) -> str:
    """Say how the verdicts come out: of the main contrast, and of halves that do not differ."""
    rows = pd.concat([run.check for run in runs])
    main = (rows.loc[rows["contrast"] == MAIN, "verdict"] == ABOVE).sum()
    halves = rows[~rows["contrast"].isin(rows.loc[rows["truly_changed"] > 0, "contrast"])]
    above = int((halves["verdict"] == ABOVE).sum())
    called = halves["called"]
    return (
        f"Early against no recurrence is above chance in {main} of {len(runs)} runs. Two halves of "
        f"the patients, dealt by chance: {called.median():g} calls in the median, at most "
        f"{called.max()}, {halves['confirmed'].max()} confirmed at most; above chance in {above} "
        f"of {len(halves)} runs, which the level allows in one of 26."
    )
