"""Collect everything the report shows from the result files, as plain values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from recurseq.base.tables import describe, read_table
from recurseq.design.formula import parse_formula
from recurseq.report.contrast_facts import (
    ContrastFacts,
    OmnibusFacts,
    contrast_facts,
    omnibus_facts,
)
from recurseq.report.layout import Figure, Layout, read_model
from recurseq.report.set_facts import MarkerFacts, marker_facts, pathway_facts
from recurseq.study import Study

QUALITY_FIGURES = (
    "pca",
    "pca_batch_removed",
    "library_sizes",
    "associations",
    "sex_check",
    "distances",
)
FLAGS_SHOWN = 200


@dataclass(frozen=True)
class StudyFacts:
    """Samples, genes and design of the model.

    Attributes
    ----------
    groups
        (level, samples) of the main factor in level order; empty when there is none.
    levels
        Factor to its levels; the first is the reference.
    dropped
        (reason, genes) for genes left out before fitting, the most frequent first.
    counts_format
        What the counts were recognised as; empty when the cohort does not say.
    replaced, withheld, not_converged
        Genes with a replaced outlier count, with p-values withheld for one, and without a
        converged fit.
    """

    title: str
    simulated: bool
    formula: str
    main_factor: str
    samples: int
    groups: list[tuple[str, int]]
    levels: dict[str, list[str]]
    genes: int
    kept: int
    dropped: list[tuple[str, int]]
    fit_type: str
    counts_format: str
    replaced: int
    withheld: int
    not_converged: int
    messages: list[str]


@dataclass(frozen=True)
class SexFacts:
    """Sex by expression against the sheet: samples that agree, differ, or cannot be compared."""

    agree: int
    differ: list[str]
    unknown: int


@dataclass(frozen=True)
class QualityFacts:
    """Ranges over the samples, flags and figures; a value is None when its table is absent."""

    library: tuple[int, float, int] | None
    detected: tuple[int, float, int] | None
    factors: tuple[float, float] | None
    flags: list[dict] | None
    flag_count: int
    flagged_samples: int
    sex: SexFacts | None
    figures: list[Figure]


@dataclass(frozen=True)
class Content:
    """All facts of one report."""

    study: StudyFacts
    quality: QualityFacts
    contrasts: list[ContrastFacts]
    omnibus: OmnibusFacts | None
    markers: MarkerFacts | None
    model_figures: list[Figure]
    demo_check: list[dict]
    files: list[dict]
    provenance: dict
    settings: Study


def collect(layout: Layout, settings: Study) -> Content:
    """Read the results of a study.

    Parameters
    ----------
    layout
        Where the files are.
    settings
        The configuration of the study.

    Returns
    -------
    Content
        Sections whose step did not run are None or empty.
    """
    samples, genes, facts = read_model(layout.model)
    study = _study_facts(samples, genes, facts, settings)
    alpha, reduced = settings.testing.alpha, settings.omnibus_reduced or ""
    shown = [contrast_facts(layout, setup, samples, alpha) for setup in settings.contrasts.values()]
    record = layout.provenance
    return Content(
        study=study,
        quality=_quality_facts(layout),
        contrasts=[replace(one, pathways=pathway_facts(layout, one.name, alpha)) for one in shown],
        omnibus=omnibus_facts(layout, study.formula, reduced, alpha),
        markers=marker_facts(layout),
        model_figures=layout.figures("model", "figures"),
        demo_check=_rows(layout.demo_check, "demo_check"),
        files=_files(layout),
        provenance=json.loads(record.read_text(encoding="utf-8")) if record.is_file() else {},
        settings=settings,
    )


def _study_facts(
    samples: pd.DataFrame, genes: pd.DataFrame, facts: Mapping, settings: Study
) -> StudyFacts:
    dropped = genes.loc[~genes["kept"].astype(bool), "drop_reason"].astype(str).value_counts()
    factor = settings.main_factor
    sizes = samples[factor].value_counts(sort=False) if factor else pd.Series(dtype=int)
    fitted = genes[genes["kept"].astype(bool)]
    return StudyFacts(
        title=settings.title,
        simulated=settings.simulated,
        formula=settings.formula,
        main_factor=factor,
        samples=len(samples),
        groups=[(str(name), int(amount)) for name, amount in sizes.items()],
        levels={
            column: [str(name) for name in samples[column].cat.categories]
            for column in samples.columns
            if isinstance(samples[column].dtype, pd.CategoricalDtype)
            and column in parse_formula(settings.formula).variables
        },
        genes=len(genes),
        kept=len(fitted),
        dropped=sorted(
            ((str(reason), int(amount)) for reason, amount in dropped.items()),
            key=lambda item: (-item[1], item[0]),
        ),
        fit_type=str(facts.get("fit_type", "")),
        counts_format=str(facts.get("counts_format", "")),
        replaced=_true(fitted, "replaced"),
        withheld=_true(fitted, "cooksOutlier"),
        not_converged=len(fitted) - _true(fitted, "converged"),
        messages=[str(message) for message in facts.get("messages", [])],
    )


def _true(genes: pd.DataFrame, column: str) -> int:
    return int(genes[column].fillna(False).astype(bool).sum())


def _quality_facts(layout: Layout) -> QualityFacts:
    sizes = _table(layout.quality("library_sizes"), "qc_library_sizes")
    factors = _table(layout.quality("size_factors"), "qc_size_factors")
    flags = _table(layout.quality("flags"), "qc_flags")
    sex = _table(layout.quality("sex_check"), "qc_sex_check")
    scale = None if factors is None else factors["size_factor"]
    return QualityFacts(
        library=None if sizes is None else _range(sizes["library_size"]),
        detected=None if sizes is None else _range(sizes["detected_genes"]),
        factors=None if scale is None else (float(scale.min()), float(scale.max())),
        flags=None if flags is None else flags.head(FLAGS_SHOWN).to_dict("records"),
        flag_count=0 if flags is None else len(flags),
        flagged_samples=0 if flags is None else flags["sample_id"].nunique(),
        sex=None if sex is None or sex["agrees"].isna().all() else _sex_facts(sex),
        figures=layout.figures("qc", "figures", kinds=QUALITY_FIGURES),
    )


def _sex_facts(sex: pd.DataFrame) -> SexFacts:
    known = sex[sex["agrees"].notna()]
    agrees = known["agrees"].astype(bool)
    differ = known.loc[~agrees, "sample_id"].tolist()
    return SexFacts(agree=int(agrees.sum()), differ=differ, unknown=len(sex) - len(known))


def _range(values: pd.Series) -> tuple[int, float, int]:
    return int(values.min()), float(values.median()), int(values.max())


def _table(path: Path, table: str) -> pd.DataFrame | None:
    return read_table(path, table) if path.is_file() else None


def _rows(path: Path, table: str) -> list[dict]:
    frame = _table(path, table)
    return [] if frame is None else frame.to_dict("records")


def _files(layout: Layout) -> list[dict]:
    """List the data files a reader can open, with what they hold."""
    rows = [
        {
            "link": layout.link(layout.workbook),
            "name": layout.workbook.name,
            "title": "All tables as one workbook",
            "description": "A legend and one sheet a table, safe to open in a spreadsheet program.",
        }
    ]
    for file in layout.tables():
        described = describe(file.table)
        rows.append(
            {
                "link": layout.link(file.path),
                "name": file.path.relative_to(layout.results).as_posix(),
                "title": described.title,
                "description": described.description,
            }
        )
    return rows
