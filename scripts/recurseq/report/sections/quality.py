"""The quality of the samples: ranges, flags, sex and figures."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from recurseq.report.components import component_data
from recurseq.report.results import DrawnFigure, Results
from recurseq.study import Study

TITLE = "Quality"
SCRIPT = "../explorer/components.js"
FLAGS_SHOWN = 200


@dataclass(frozen=True)
class SexFacts:
    """Sex by expression against the sheet: samples that agree, differ, or cannot be compared."""

    agree: int
    differ: list[str]
    unknown: int


@dataclass(frozen=True)
class QualityFacts:
    """Ranges over the samples (lowest, median, highest), flags and figures.

    A value is None when its table is absent. `components` is what the script draws
    (`component_data`), empty without it, and `replaced` the figure that stands there without a
    script.
    """

    library: tuple[int, float, int] | None
    detected: tuple[int, float, int] | None
    factors: tuple[float, float] | None
    flags: list[dict] | None
    flag_count: int
    flagged_samples: int
    sex: SexFacts | None
    components: str
    replaced: list[DrawnFigure]
    figures: list[DrawnFigure]


def collect(results: Results, study: Study) -> QualityFacts | None:
    """Gather the facts of the quality tables; None for a study without counts."""
    if not study.has_counts:
        return None
    sizes, factors = results.table("qc_library_sizes"), results.table("qc_size_factors")
    flags, sex = results.table("qc_flags"), results.table("qc_sex_check")
    scale = None if factors is None else factors["size_factor"]
    components = _components(results, study, flags)
    drawn = results.figures("quality")
    replaced = [one for one in drawn if components and one.entry.name == "pca"]
    return QualityFacts(
        library=None if sizes is None else _range(sizes["library_size"]),
        detected=None if sizes is None else _range(sizes["detected_genes"]),
        factors=None if scale is None else (float(scale.min()), float(scale.max())),
        flags=None if flags is None else flags.head(FLAGS_SHOWN).to_dict("records"),
        flag_count=0 if flags is None else len(flags),
        flagged_samples=0 if flags is None else flags["sample_id"].nunique(),
        sex=None if sex is None or sex["agrees"].isna().all() else _sex_facts(sex),
        components=components,
        replaced=replaced,
        figures=[one for one in drawn if one not in replaced],
    )


def _components(results: Results, study: Study, flags: pd.DataFrame | None) -> str:
    names = ("qc_pca", "qc_pca_variance", "qc_pca_association")
    tables = [results.table(name) for name in names]
    if any(table is None or table.empty for table in tables):
        return ""
    flagged = [] if flags is None else list(flags["sample_id"])
    return component_data(*tables, results.samples, study.main_factor, flagged)


def _sex_facts(sex: pd.DataFrame) -> SexFacts:
    known = sex[sex["agrees"].notna()]
    agrees = known["agrees"].astype(bool)
    differ = known.loc[~agrees, "sample_id"].tolist()
    return SexFacts(agree=int(agrees.sum()), differ=differ, unknown=len(sex) - len(known))


def _range(values: pd.Series) -> tuple[int, float, int]:
    return int(values.min()), float(values.median()), int(values.max())
