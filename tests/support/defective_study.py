"""Small random studies with random defects, from a seed: what people bring."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

GENES = (1, 2, 3, 5, 12, 40, 40, 80)
FORMULAS = (
    *("~ group", "~ group", "~ batch + group", "~ age + group", "~ patient + group"),
    *("~ sex * group", "~ age * group", "~ 0 + group", "~ age", "~ batch + sex + group"),
)


class DefectiveStudy:
    """Counts, sheet and configuration of one seed; `defects` says what was done to them."""

    def __init__(self, seed: int):
        self.rng = np.random.default_rng(seed)
        self.defects: list[str] = []
        self._sheet()
        self._counts()
        self._config()
        chosen = self.rng.permutation(DEFECTS)[: self.rng.integers(0, 4)]
        for defect in chosen:
            self.defects.append(defect.__name__)
            defect(self)

    def write(self, folder: Path) -> dict:
        """Write the inputs; returns the configuration."""
        self.counts.to_csv(folder / "counts.tsv", sep="\t", index_label="gene_id")
        self.sheet.to_csv(folder / "samples.tsv", sep="\t", index_label="sample_id")
        genes = list(self.counts.index)
        lines = ["\t".join([f"SET{k}", "x", *genes[k::3]]) for k in range(3) if genes[k::3]]
        (folder / "sets.gmt").write_text("\n".join(lines) + "\n")
        panel = pd.DataFrame({"gene": [*genes[:4], "nobody"], "set": "a", "source": "x"})
        panel.to_csv(folder / "panel.tsv", sep="\t", index=False)
        paths = {"counts": "counts.tsv", "samples": "samples.tsv"}
        for key, name in paths.items():
            self.config[key] = {"path": str(folder / name)}
        self.config["markers"] = {"panel": str(folder / "panel.tsv")}
        self.config["enrichment"] = {
            "collections": {"own": str(folder / "sets.gmt")}, "min_size": 2,
        }  # fmt: skip
        return self.config

    def _sheet(self) -> None:
        rng = self.rng
        sizes = rng.integers(1, 6, rng.integers(2, 5))
        group = np.repeat(list("abcd")[: len(sizes)], sizes)
        number = len(group)
        within = np.concatenate([np.arange(size) for size in sizes])
        self.sheet = pd.DataFrame(
            {
                "group": group,
                "batch": np.where(np.arange(number) % 2, "one", "two"),
                "sex": rng.choice(["f", "m"], number),
                "age": rng.integers(20, 80, number).astype(float),
                "patient": [f"p{k}" for k in within],
                "site": rng.choice(["x", "y", "z"], number),
            },
            index=[f"S{k}" for k in range(number)],
        )

    def _counts(self) -> None:
        rng, genes = self.rng, int(self.rng.choice(GENES))
        base = 2 ** rng.uniform(0, 12, genes)
        change = rng.normal(0, 1, (genes, 4)) * (rng.random((genes, 1)) < 0.4)
        place = self.sheet["group"].map({"a": 0, "b": 1, "c": 2, "d": 3})
        mean = base[:, None] * 2 ** change[:, place] * 2 ** rng.normal(0, 0.4, len(self.sheet))
        dispersion = 10 ** rng.uniform(-3, 0.5)
        values = rng.negative_binomial(1 / dispersion, 1 / (1 + dispersion * mean))
        names = [f"gene{k:03d}" for k in range(genes)]
        self.counts = pd.DataFrame(values, names, self.sheet.index)

    def _config(self) -> None:
        rng = self.rng
        formula = str(rng.choice(FORMULAS))
        levels = sorted(set(self.sheet["group"]))
        one = {"factor": "group", "numerator": "b", "denominator": "a"}
        contrasts = {"one": one}
        if "*" in formula:
            other = formula.split()[1]
            one["within"] = {other: 50.0 if other == "age" else "m"}
        if formula == "~ age":
            contrasts = {"slope": {"coefficients": {"age": 1}}}
        elif len(levels) > 2 and "*" not in formula:
            contrasts["list"] = {**one, "numerator": ["b", "c"]}
        self.config = {
            "study": {"title": "t"},
            "design": {"formula": formula},
            "contrasts": contrasts,
            "testing": {},
            "filter": {"min_count": int(rng.choice([0, 1, 10]))},
        }
        if formula != "~ age":
            self.config["omnibus"] = {"reduced": "auto"}
            self.config["design"]["levels"] = {"group": levels}

    @property
    def values(self) -> np.ndarray:
        return self.counts.to_numpy()


def a_zero_in_every_gene(study):
    where = study.rng.integers(0, study.counts.shape[1], len(study.counts))
    study.values[np.arange(len(study.counts)), where] = 0


def poscounts(study):
    study.config["normalization"] = {"method": "poscounts"}


def replicates_are_copies(study):
    first = study.sheet.groupby("group").head(1)
    for name, level in study.sheet["group"].items():
        source = first.index[first["group"] == level][0]
        study.counts[name] = study.counts[source]


def all_samples_are_copies(study):
    for name in study.counts:
        study.counts[name] = study.counts.iloc[:, 0]


def poisson(study):
    means = study.values.mean(axis=1, keepdims=True)
    study.counts.loc[:, :] = study.rng.poisson(np.broadcast_to(means, study.counts.shape))


def an_empty_sample(study):
    study.counts.iloc[:, study.rng.integers(study.counts.shape[1])] = 0


def a_nearly_empty_sample(study):
    place = study.rng.integers(study.counts.shape[1])
    study.counts.iloc[:, place] = study.counts.iloc[:, place] // 500


def a_silent_group(study):
    silent = (study.sheet["group"] == "b").to_numpy()
    study.values[::2, silent] = 0


def both_sides_silent(study):
    silent = study.sheet["group"].isin(["a", "b"]).to_numpy()
    study.values[::3, silent] = 0


def an_outlier(study):
    rows, columns = study.counts.shape
    study.values[study.rng.integers(rows), study.rng.integers(columns)] = 5_000_000


def huge_counts(study):
    study.counts.loc[:, :] = study.values * 300_000


def tiny_counts(study):
    study.counts.loc[:, :] = np.minimum(study.values, 1)


def constant_genes(study):
    study.counts.iloc[::2, :] = 100


def equal_genes(study):
    study.counts.loc[:, :] = np.tile(study.values[:1], (len(study.counts), 1))


def a_constant_covariate(study):
    study.sheet["age"] = 50.0
    study.sheet["sex"] = "m"


def a_covariate_of_dates(study):
    study.sheet["age"] = 1.6e9 + study.sheet["age"] * 86_400


def a_tiny_covariate(study):
    study.sheet["age"] = study.sheet["age"] * 1e-9


def a_confounded_batch(study):
    study.sheet["batch"] = study.sheet["group"].map({"a": "one"}).fillna("two")


def age_follows_the_group(study):
    study.sheet["age"] = study.sheet["group"].map({"a": 1.0, "b": 2.0, "c": 3.0, "d": 4.0})


def a_missing_value(study):
    column = study.rng.choice(["age", "batch", "site"])
    study.sheet[column] = study.sheet[column].astype(object)
    study.sheet.iloc[0, list(study.sheet).index(column)] = "NA"


def an_identifier(study):
    study.sheet["code"] = [f"code {k}" for k in range(len(study.sheet))]


def given_size_factors(study):
    study.sheet["factor"] = study.rng.uniform(0.5, 2, len(study.sheet))
    study.config["normalization"] = {"size_factors": "factor"}


def a_threshold(study):
    study.config["testing"] |= {"lfc_threshold": 0.5}


def plain_tests(study):
    more = {"cooks": False, "shrinkage": "none", "independent_filtering": False}
    study.config["testing"] |= more


def a_strict_filter(study):
    study.config["filter"] = {"min_count": 1000, "min_samples": len(study.sheet)}


def no_replicates(study):
    study.sheet["group"] = [*"abcd", *"abcd" * 5][: len(study.sheet)]
    study.sheet = study.sheet.drop_duplicates("group")
    study.counts = study.counts[list(study.sheet.index)]


DEFECTS = [
    a_zero_in_every_gene, poscounts, replicates_are_copies, all_samples_are_copies, poisson,
    an_empty_sample, a_nearly_empty_sample, a_silent_group, both_sides_silent, an_outlier,
    huge_counts, tiny_counts, constant_genes, equal_genes, a_constant_covariate,
    a_covariate_of_dates, a_tiny_covariate, a_confounded_batch, age_follows_the_group,
    a_missing_value, an_identifier, given_size_factors, a_threshold, plain_tests, a_strict_filter,
    no_replicates,
]  # fmt: skip
