"""The whole rule on labels dealt out by chance: how many genes would then be called.

What is left out is what no call needs (size factors do not depend on labels; transformation,
shrinkage, notes, and what is weighed beside limma-voom). Everything else is done anew for each
shuffle: dispersions, trend and prior, outlier counts, test, independent filter, calling rule.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from zlib import crc32

import numpy as np
import pandas as pd

from recurseq.base.tables import describe
from recurseq.deseq import Fit, NoVariationError, Options, contrast_tests
from recurseq.deseq import fit as fit_model
from recurseq.design.contrast import Contrast
from recurseq.design.formula import Formula
from recurseq.evidence.arrangements import FEWEST, arrangements
from recurseq.evidence.second_opinion import second_opinion
from recurseq.evidence.support import agreement


@dataclass(frozen=True)
class Rule:
    """What is repeated for every arrangement of a contrast's labels.

    Attributes
    ----------
    fit
        The model of the real labels: counts and what they are divided by are taken from it.
    contrast, formula
        What is compared, when a gene is called, and the model.
    options
        How genes are tested.
    """

    fit: Fit
    contrast: Contrast
    formula: Formula
    options: Options

    def calls(self, samples: pd.DataFrame, design: pd.DataFrame) -> pd.DataFrame:
        """Fit, test and call, with the labels that a sheet has.

        Parameters
        ----------
        samples, design
            The typed sheet and its design matrix.

        Returns
        -------
        pandas.DataFrame
            Genes x (those of `recurseq.deseq.contrast_tests`, significant, confirmed). A call is
            confirmed here when limma-voom makes it too, whatever carries it.
        """
        rule = self.contrast.rule
        fitted = fit_model(
            self.fit.counts,
            design,
            normalization=self.fit.normalization,
            cooks=self.options.cooks,
            quick=True,
        )
        weights = self.contrast.weights(self.formula, samples)
        compared = self.contrast.compared(samples)
        table, _ = contrast_tests(fitted, weights, self.options, compared=compared)
        table["significant"] = rule.mask(table)
        table["confirmed"] = False
        if table["significant"].any():
            whole = table.join(second_opinion(fitted, weights, rule.lfc_threshold))
            table["confirmed"] = table["significant"] & agreement(whole, rule)
        return table


def shuffle_labels(
    fit: Fit,
    contrast: Contrast,
    formula: Formula,
    samples: pd.DataFrame,
    options: Options,
    *,
    permutations: int,
    seed: int,
    threads: int = 1,
) -> pd.DataFrame:
    """Count the calls of a contrast when its labels are dealt out by chance.

    Every shuffle has a source of chance of its own, which follows from `seed`, the name of the
    contrast and the number of the shuffle.

    Parameters
    ----------
    fit, contrast, formula, samples, options
        The model of the real labels, what is compared and how it is called, the design, the typed
        sheet, and how genes are tested.
    permutations
        How many shuffles.
    seed
        That of the study.
    threads
        Shuffles computed at the same time; the result does not depend on it.

    Returns
    -------
    pandas.DataFrame
        Table ``contrast_permutations``, without a row where fewer than 20 arrangements are
        distinct or nothing can be shuffled (`arrangements`), and without those of shuffles in which
        no gene varies by more than counting noise.
    """
    columns = describe("contrast_permutations").names
    possible = arrangements(contrast, formula, samples)
    if possible is None or possible.distinct < FEWEST:
        return pd.DataFrame(columns=columns)
    rule = Rule(fit, contrast, formula, options)

    def shuffle(number: int) -> tuple[int, int, int, float] | None:
        stream = np.random.SeedSequence(seed, spawn_key=(crc32(contrast.name.encode()), number))
        dealt = possible.draw(formula, samples, np.random.default_rng(stream))
        try:
            table = rule.calls(*dealt)
        except NoVariationError:
            return None
        smallest = float(table[contrast.rule.pvalue_column].min())
        return number, int(table["significant"].sum()), int(table["confirmed"].sum()), smallest

    with ThreadPoolExecutor(threads) as pool:
        rows = [row for row in pool.map(shuffle, range(1, permutations + 1)) if row is not None]
    return pd.DataFrame(rows, columns=columns)
