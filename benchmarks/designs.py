"""Kinds of studies to try the engine on, each simulated anew from a seed.

`KINDS` lists them; `simulate` makes one. Counts are negative binomial: two fifths of the genes
differ between groups, blocks and covariates have effects of their own, and some kinds have empty
groups, outliers or other troubles planted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

GENES = 240
_CHANGED = 0.4

Sheet = Callable[[np.random.Generator], pd.DataFrame]


@dataclass(frozen=True)
class Kind:
    """A kind of study.

    Attributes
    ----------
    sheet
        Makes the sample sheet; factors are categorical, their first level is the reference.
    formula, reduced
        Design, and the smaller one of the likelihood-ratio test.
    contrast
        As `contrast_vector` takes it.
    means
        Range of log2 mean counts.
    dispersion
        Typical dispersion of a gene from its mean.
    empty
        Share of the genes that are silent in one level of the contrast's factor.
    outliers
        Share of the genes with one count multiplied by 300.
    blocks
        Standard deviation of the log2 effects of batches, patients and the like.
    depth
        Standard deviation of log2 sequencing depth.
    given
        Whether size factors are given to both engines.
    lengths
        Whether transcripts have lengths that differ between samples.
    method
        How size factors are estimated.
    standardised
        Covariate that R gets standardised because it cannot fit it as it is.
    heavy
        Whether counts vary more than a negative binomial.
    """

    formula: str
    sheet: Sheet
    contrast: Mapping[str, object] = field(default_factory=lambda: levels("b", "a"))
    reduced: str = "~ 1"
    genes: int = GENES
    means: tuple[float, float] = (1.0, 11.0)
    dispersion: Callable[[np.ndarray], np.ndarray] = lambda mean: 0.05 + 2 / mean
    empty: float = 0.0
    outliers: float = 0.0
    blocks: float = 0.4
    depth: float = 0.4
    given: bool = False
    lengths: bool = False
    method: str = "ratio"
    standardised: str = ""
    heavy: bool = False


@dataclass(frozen=True)
class Study:
    """A simulated study: counts and lengths are samples x genes."""

    kind: Kind
    counts: pd.DataFrame
    samples: pd.DataFrame
    size_factors: pd.Series | None
    lengths: pd.DataFrame | None


def levels(numerator: str, denominator: str, factor: str = "group", **within: str) -> dict:
    question = {"factor": factor, "numerator": [numerator], "denominator": [denominator]}
    return question | ({"within": within} if within else {})


def slope(column: str) -> dict:
    return {"coefficients": {column: 1.0}}


def groups(*sizes: int, **columns: object) -> Sheet:
    """Make a sheet of groups a, b, ... of these sizes, and further columns.

    A column is a number of levels (dealt out in turn), ``"pairs"`` (the first samples of all groups
    are one patient, and so on), ``"random 3"`` (levels drawn) or (mean, standard deviation) of a
    covariate.
    """

    def sheet(random: np.random.Generator) -> pd.DataFrame:
        group = np.repeat(np.arange(len(sizes)), sizes)
        within = np.concatenate([np.arange(size) for size in sizes])
        made = {"group": _factor(group, "abcdefghijkl")}
        for name, what in columns.items():
            if what == "pairs":
                made[name] = _factor(within, [f"p{k:02d}" for k in range(max(sizes))])
            elif isinstance(what, str):
                drawn = random.integers(int(what.split()[1]), size=len(group))
                made[name] = _factor(np.unique(drawn, return_inverse=True)[1], "uvwxyz")
            elif isinstance(what, int):
                made[name] = _factor(within % what, "uvwxyz")
            else:
                made[name] = random.normal(*what, len(group))
        names = [f"S{k:03d}" for k in range(len(group))]
        return pd.DataFrame(made, index=pd.Index(names, name="sample_id"))

    return sheet


def _factor(codes: np.ndarray, names: str | list[str]) -> pd.Categorical:
    return pd.Categorical.from_codes(codes, list(names)[: codes.max() + 1])


def crossed(first: int, second: int, replicates: int, **columns: object) -> Sheet:
    """Make a sheet of two crossed factors, group and sex; so many samples of each combination."""
    return groups(*[second * replicates] * first, sex=second, **columns)


def _rising(mean: np.ndarray) -> np.ndarray:
    return 0.01 * mean**0.5


def _constant(value: float) -> Callable[[np.ndarray], np.ndarray]:
    return lambda mean: np.full(len(mean), value)


_PAIRED = {"formula": "~ patient + group", "reduced": "~ patient"}
_BATCHED = {"formula": "~ batch + group", "reduced": "~ batch"}
_AGED = {"formula": "~ age + group", "reduced": "~ age"}
_CROSSED = {"formula": "~ sex * group", "reduced": "~ sex + group"}

KINDS: dict[str, Kind] = {
    "2 v 2": Kind("~ group", groups(2, 2)),
    "3 v 3": Kind("~ group", groups(3, 3)),
    "2 v 3": Kind("~ group", groups(2, 3)),
    "5 v 5": Kind("~ group", groups(5, 5)),
    "8 v 8": Kind("~ group", groups(8, 8)),
    "20 v 20": Kind("~ group", groups(20, 20)),
    "80 v 80": Kind("~ group", groups(80, 80)),
    "1 v 6": Kind("~ group", groups(1, 6)),
    "3 v 15": Kind("~ group", groups(3, 15)),
    "3 groups of 4": Kind("~ group", groups(4, 4, 4), levels("c", "b")),
    "groups of 5, 8, 11": Kind("~ group", groups(5, 8, 11), levels("c", "b")),
    "8 groups of 3": Kind("~ group", groups(*[3] * 8), levels("h", "c")),
    "3 groups without intercept": Kind("~ 0 + group", groups(4, 4, 4), levels("c", "a")),
    "outliers, 5 v 5": Kind("~ group", groups(5, 5), outliers=0.15),
    "outliers, 9 v 9": Kind("~ group", groups(9, 9), outliers=0.15),
    "outliers, groups of 4 and 10": Kind(
        "~ group", groups(4, 10, 10), levels("c", "b"), outliers=0.15
    ),
    "outliers, pairs": Kind(**_PAIRED, sheet=groups(10, 10, patient="pairs"), outliers=0.1),
    "empty group, 3 v 3": Kind("~ group", groups(3, 3), empty=0.2),
    "empty group, 6 v 6": Kind("~ group", groups(6, 6), empty=0.2),
    "empty group, 3 groups": Kind("~ group", groups(5, 5, 5), levels("c", "b"), empty=0.2),
    "empty group, 5 groups": Kind("~ group", groups(*[4] * 5), levels("c", "a"), empty=0.3),
    "empty group, large dispersion": Kind(
        "~ group",
        groups(*[4] * 5),
        levels("c", "a"),
        empty=0.3,
        dispersion=_constant(8.0),
        method="poscounts",
    ),
    "empty group, batches": Kind(**_BATCHED, sheet=groups(6, 6, batch=2), empty=0.3),
    "empty group, pairs": Kind(**_PAIRED, sheet=groups(6, 6, patient="pairs"), empty=0.3),
    "empty group, covariate": Kind(**_AGED, sheet=groups(8, 8, age=(0, 1)), empty=0.2),
    "empty group, interaction": Kind(
        **_CROSSED, sheet=crossed(2, 2, 4), contrast=slope("sex[v]:group[b]"), empty=0.2
    ),
    "low counts, 4 v 4": Kind("~ group", groups(4, 4), means=(-2, 3)),
    "low counts, 30 v 30": Kind("~ group", groups(30, 30), means=(-3, 2)),
    "high counts": Kind("~ group", groups(4, 4), means=(14, 26), genes=120),
    "hardly any dispersion": Kind("~ group", groups(5, 5), dispersion=_constant(1e-3)),
    "large dispersion": Kind("~ group", groups(6, 6), dispersion=_constant(3.0)),
    "heavier tails": Kind("~ group", groups(12, 12), heavy=True),
    "2 batches": Kind(**_BATCHED, sheet=groups(4, 4, batch=2)),
    "4 batches": Kind(**_BATCHED, sheet=groups(12, 12, batch=4)),
    "uneven batches": Kind(**_BATCHED, sheet=groups(6, 9, batch="random 3")),
    "batch and sex": Kind(
        "~ batch + sex + group", groups(8, 8, batch=2, sex="random 2"), reduced="~ batch + sex"
    ),
    "2 pairs": Kind(**_PAIRED, sheet=groups(2, 2, patient="pairs")),
    "4 pairs": Kind(**_PAIRED, sheet=groups(4, 4, patient="pairs")),
    "12 pairs": Kind(**_PAIRED, sheet=groups(12, 12, patient="pairs")),
    "50 pairs": Kind(**_PAIRED, sheet=groups(50, 50, patient="pairs"), genes=120),
    "30 patients far apart": Kind(
        **_PAIRED,
        sheet=groups(30, 30, patient="pairs"),
        genes=120,
        blocks=3.0,
        means=(4, 8),
        dispersion=lambda mean: 0.01 + 0.2 / mean,
    ),
    "interaction 2 x 2": Kind(
        **_CROSSED, sheet=crossed(2, 2, 3), contrast=slope("sex[v]:group[b]")
    ),
    "interaction 3 x 3": Kind(
        **_CROSSED, sheet=crossed(3, 3, 2), contrast=levels("c", "b", sex="w")
    ),
    "interaction of three": Kind(
        "~ batch * sex * group",
        groups(*[16] * 2, sex=2, batch="random 2"),
        slope("batch[v]:sex[v]:group[b]"),
        reduced="~ batch * sex + group",
    ),
    "covariate": Kind(**_AGED, sheet=groups(8, 8, age=(0, 1))),
    "covariate alone": Kind("~ age", groups(6, 6, age=(0, 1)), slope("age")),
    "slopes that differ": Kind(
        "~ age * group", groups(9, 9, age=(0, 1)), slope("age:group[b]"), reduced="~ age + group"
    ),
    "age in years": Kind(**_AGED, sheet=groups(8, 8, age=(60, 10))),
    "calendar year": Kind(
        **_AGED, sheet=groups(8, 8, age=(2016, 3)), contrast=slope("age"), standardised="age"
    ),
    "Unix time": Kind(
        **_AGED,
        sheet=groups(8, 8, age=(1.6e9, 86_400)),
        contrast=slope("age"),
        standardised="age",
    ),
    "Unix time, in R too": Kind(
        **_AGED, sheet=groups(8, 8, age=(1.6e9, 86_400)), contrast=slope("age")
    ),
    "tiny covariate": Kind(
        **_AGED, sheet=groups(8, 8, age=(0, 1e-6)), contrast=slope("age"), standardised="age"
    ),
    "given size factors": Kind("~ group", groups(5, 5), given=True),
    "depth over two decades": Kind("~ group", groups(6, 6), depth=1.5, means=(4, 12)),
    "size factors of positive counts": Kind(
        "~ group", groups(5, 5), method="poscounts", means=(-2, 5)
    ),
    "transcript lengths": Kind("~ group", groups(5, 5), lengths=True),
    "transcript lengths, pairs": Kind(
        **_PAIRED, sheet=groups(6, 6, patient="pairs"), lengths=True, outliers=0.05
    ),
    "local trend": Kind("~ group", groups(6, 6), dispersion=_rising),
    "local trend, pairs": Kind(**_PAIRED, sheet=groups(6, 6, patient="pairs"), dispersion=_rising),
    "8 genes": Kind("~ group", groups(4, 4), genes=8, means=(5, 9)),
}


def simulate(kind: Kind, seed: int) -> Study:
    """Make a study of a kind."""
    random = np.random.default_rng(seed)
    samples = kind.sheet(random)
    names = [f"gene{k:04d}" for k in range(kind.genes)]
    base = random.uniform(*kind.means, kind.genes)
    shift = sum(_effects(random, samples[name], kind) for name in samples)
    depth = random.normal(0, kind.depth, len(samples))
    sizes = np.zeros((kind.genes, len(samples)))
    if kind.lengths:
        sizes = random.normal(0, 0.3, (kind.genes, len(samples)))
    means = np.exp2(base[:, None] + shift + depth + sizes)
    spread = kind.dispersion(np.exp2(base)) * np.exp(random.normal(0, 0.5, kind.genes))
    counts = _counts(random, means, spread[:, None], heavy=kind.heavy)
    _empty(random, counts, samples, kind)
    hit = np.flatnonzero(random.random(kind.genes) < kind.outliers)
    counts[hit, random.integers(len(samples), size=len(hit))] *= 300
    table = pd.DataFrame(counts.T, samples.index, names)
    factors = lengths = None
    if kind.given:
        factors = pd.Series(np.exp2(depth + random.normal(0, 0.1, len(depth))), samples.index)
    if kind.lengths:
        lengths = pd.DataFrame(np.round(1500 * np.exp2(sizes.T), 2), samples.index, names)
    return Study(kind, table, samples, factors, lengths)


def _effects(random: np.random.Generator, values: pd.Series, kind: Kind) -> np.ndarray:
    """Log2 effects of a column of the sheet, genes x samples."""
    genes = kind.genes
    if not isinstance(values.dtype, pd.CategoricalDtype):
        standard = (values - values.mean()) / values.std()
        return random.normal(0, 0.3, (genes, 1)) * standard.to_numpy()
    deviation = 1.5 if values.name == "group" else kind.blocks
    effects = random.normal(0, deviation, (genes, len(values.cat.categories)))
    if values.name == "group":
        effects[random.random(genes) > _CHANGED] = 0.0
    return effects[:, values.cat.codes]


def _counts(random, means, dispersion, *, heavy: bool) -> np.ndarray:
    if heavy:
        dispersion = dispersion * np.exp(random.normal(0, 1.2, means.shape))
    rates = random.gamma(1 / dispersion, dispersion * means)
    return random.poisson(np.minimum(rates, 1e9))


def _empty(random, counts, samples, kind) -> None:
    """Silence one level of the group in a share of the genes."""
    codes = samples["group"].cat.codes.to_numpy()
    for gene in np.flatnonzero(random.random(kind.genes) < kind.empty):
        counts[gene, codes == random.integers(codes.max() + 1)] = 0
