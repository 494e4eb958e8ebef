"""A comparison without any truth: the patients of the demo, dealt into two halves by chance."""

from __future__ import annotations

import pandas as pd

from recurseq.contrasts.results import contrast_tables
from recurseq.demo.check import check_contrast, check_table, in_a_subset
from recurseq.deseq import Fit, Options
from recurseq.deseq import fit as fit_model
from recurseq.design.calling import CallingRule
from recurseq.design.contrast import Contrast
from recurseq.design.formula import design_matrix, parse_formula
from recurseq.evidence.shuffles import shuffle_labels
from recurseq.evidence.verdict import verdict_columns
from recurseq.evidence.weigh import support_calls

FACTOR, HALVES = "half", ("A", "B")
NAME = "random_halves"


def compare_halves(
    fit: Fit,
    formula: str,
    samples: pd.DataFrame,
    truth: pd.DataFrame,
    genes: pd.DataFrame,
    rule: CallingRule,
    options: Options,
    *,
    permutations: int,
    seed: int,
    threads: int = 1,
) -> pd.DataFrame:
    """Compare the halves in a model of their own, which leaves that of the study as it is.

    Parameters
    ----------
    fit, formula
        The study's model, whose counts and size factors are taken, and its formula.
    samples
        The typed sheet with a column ``half``.
    truth
        Table ``demo_truth``.
    genes
        Every gene of the counts, as `recurseq.deseq.contrast_results` takes them.
    rule, options
        When a gene is called, and how genes are tested.
    permutations, seed, threads
        As for `recurseq.evidence.shuffles.shuffle_labels`.

    Returns
    -------
    pandas.DataFrame
        A row of table ``demo_check``: every call is false.
    """
    sheet = samples.assign(half=pd.Categorical(samples[FACTOR], categories=HALVES))
    parsed = parse_formula(f"{formula} + {FACTOR}")
    model = fit_model(
        fit.counts,
        design_matrix(parsed, sheet),
        normalization=fit.normalization,
        cooks=options.cooks,
        plain=True,
        threads=threads,
    )
    contrast = Contrast(NAME, rule, FACTOR, HALVES[1:], HALVES[:1])
    question = (contrast, parsed, sheet)
    tables = contrast_tables(model, *question, options, genes=genes, threads=threads)
    evidence = support_calls(model, *question, tables.genes).reset_index()
    dealt = {"permutations": permutations, "seed": seed, "threads": threads}
    shuffles = shuffle_labels(model, *question, options, **dealt) if permutations else None
    calls = int(tables.genes["significant"].sum())
    verdict = verdict_columns(calls, shuffles)["verdict"]
    nothing = pd.Series(0.0, index=truth["gene_id"])
    found = (nothing, in_a_subset(truth), tables.genes, evidence, verdict, rule.alpha)
    return check_table([check_contrast(NAME, *found)])
