"""What no schema can check: sheet, design and contrasts against each other."""

from __future__ import annotations

from itertools import islice

import pandas as pd
from jsonschema import Draft202012Validator

from recurseq.base.errors import InputError, Problem
from recurseq.base.tables import MISSING
from recurseq.base.text import few, suggest
from recurseq.design.formula import (
    Formula,
    FormulaError,
    coefficient_names,
    design_matrix,
    parse_formula,
)
from recurseq.stats.design_matrix import column_rank, columns_outside, confounded_columns
from recurseq.study.contrasts import contrast_problems
from recurseq.study.defaults import sheet_schema
from recurseq.study.merging import merge_problems, merged_rows
from recurseq.study.model import AUTO, CohortSettings, Study
from recurseq.study.samples import (
    kept_samples,
    study_sheet,
    typed_samples,
    without_missing,
)
from recurseq.study.values import level_problems, number_problems

LARGEST_FACTOR = 1_000_000
SIZE_FACTOR = "size_factor"  # the column that the model adds to the sheet


def study_problems(study: Study) -> list[Problem]:
    """Check the sample sheet, the design and the contrasts of a study.

    Parameters
    ----------
    study
        Built from a configuration that follows its schema.

    Returns
    -------
    list of Problem
        Everything found; empty when the study can be analysed.
    """
    problems = _enrichment_problems(study) + _transcript_problems(study.cohort)
    formula = _parsed(study.formula, "config: design.formula", problems)
    reduced = None
    if study.omnibus_reduced == AUTO:
        problems += _unknown_reduced(formula)
    elif study.omnibus_reduced is not None:
        reduced = _parsed(study.omnibus_reduced, "config: omnibus.reduced", problems)
    try:
        sheet = study_sheet(study.cohort)
    except InputError as error:
        return [*problems, *error.problems]
    problems += _column_problems(sheet, study.cohort, formula)
    problems += _left_out_problems(study, list(sheet.columns), formula)
    if study.cohort.sample_id not in sheet.columns:
        return problems
    problems += _row_problems(sheet, study.cohort)
    if not set(study.cohort.keep) <= set(sheet.columns):
        return problems
    kept = kept_samples(sheet, study.cohort)
    if sheet.empty:
        found = "a header and no sample"
        return [*problems, Problem(study.cohort.samples_path, found, "a row for each sample")]
    if kept.empty:
        return [*problems, Problem("config: samples.keep", "leaves no sample", "at least 2")]
    usable = set(sheet.columns) - {study.cohort.sample_id}
    if formula is None or not set(formula.variables) <= usable:
        return problems
    own_factors = study.cohort.normalization.size_factors
    used = [*formula.variables, *([own_factors] if own_factors else [])]
    problems += merge_problems(kept, study.cohort, used)
    kept = merged_rows(kept, study.cohort)
    problems += _size_factor_problems(kept, study.cohort)
    problems += _filter_problems(kept, study.cohort)
    factor_problems = [
        problem
        for name in formula.variables
        for problem in _factor_problems(name, kept, study.cohort)
    ]
    problems += factor_problems
    samples = typed_samples(kept.set_index(study.cohort.sample_id), study.cohort)
    if size_problems := [
        problem
        for one, where in ((formula, "design.formula"), (reduced, "omnibus.reduced"))
        if one is not None and set(one.variables) <= set(samples.columns)
        for problem in _size_problems(one, f"config: {where}", samples)
    ]:
        return problems + size_problems  # such a design cannot be built
    problems += contrast_problems(study, formula, samples)
    if not factor_problems:
        problems += _rank_problems(formula, samples)
        problems += _reduced_problems(formula, reduced, samples)
    return problems


def _enrichment_problems(study: Study) -> list[Problem]:
    """Name settings that each are allowed and together leave nothing to test."""
    chosen, problems = study.enrichment, []
    if chosen is None:
        return problems
    if chosen.min_size > chosen.max_size:
        found = f"{chosen.min_size}, and max_size is {chosen.max_size}: no set has such a size"
        problems.append(Problem("config: enrichment.min_size", found, "at most max_size"))
    if chosen.rank_by == "shrunkenLog2FoldChange" and study.testing.shrinkage == "none":
        found = f"{chosen.rank_by!r}, and testing.shrinkage is 'none': no gene has a rank"
        problems.append(Problem("config: enrichment.rank_by", found, "a column that is computed"))
    return problems


def _transcript_problems(cohort: CohortSettings) -> list[Problem]:
    """Name a table of transcripts that no file would need."""
    if cohort.counts.transcripts is None:
        return []
    where = "config: counts.transcripts"
    allowed = "only with counts.directory, the folder of Salmon, kallisto or RSEM files"
    fix = "remove the key; a matrix of genes needs no transcripts"
    if cohort.counts.path is not None:
        return [Problem(where, "given together with counts.path", allowed, fix)]
    if cohort.counts.format not in ("auto", "salmon", "kallisto", "rsem"):
        found = f"given, and counts.format is {cohort.counts.format!r}"
        return [Problem(where, found, allowed, "remove the key, or correct the format")]
    return []


def _filter_problems(kept: pd.DataFrame, cohort: CohortSettings) -> list[Problem]:
    if cohort.min_samples is None or cohort.min_samples <= len(kept):
        return []
    found = f"{cohort.min_samples}, and {len(kept)} samples are used: no gene would be kept"
    return [Problem("config: filter.min_samples", found, "at most their number")]


def _size_factor_problems(kept: pd.DataFrame, cohort: CohortSettings) -> list[Problem]:
    """Check that given size factors are positive numbers, and not also to be estimated."""
    column, problems = cohort.normalization.size_factors, []
    if column is None:
        return problems
    if cohort.normalization.method_given:
        found = f"{cohort.normalization.method!r}, and size_factors names the column {column!r}"
        fix = "remove one of the two: size factors are either estimated or given"
        problems.append(Problem("config: normalization.method", found, "one of the two keys", fix))
    if column in kept.columns:
        numbers = pd.to_numeric(without_missing(kept[column]), errors="coerce")
        bad = ~numbers.between(1 / LARGEST_FACTOR, LARGEST_FACTOR)
        if bad.any():
            shown = [f"{s}: {v}" for s, v in kept.loc[bad, [cohort.sample_id, column]].to_numpy()]
            where = f"{cohort.samples_path}, column {column!r}"
            limits = f"from 1/{LARGEST_FACTOR:,} to {LARGEST_FACTOR:,}"
            allowed = f"a positive number for each sample, {limits}"
            problems.append(Problem(where, f"found {few(shown)}", allowed))
    return problems


def _parsed(text: str, where: str, problems: list[Problem]) -> Formula | None:
    try:
        return parse_formula(text)
    except FormulaError as error:
        problems.append(Problem(where, str(error), "a formula such as '~ group'"))
        return None


def _column_problems(
    sheet: pd.DataFrame, cohort: CohortSettings, formula: Formula | None
) -> list[Problem]:
    """Check that every column the configuration names is in the sheet."""
    wanted = {cohort.sample_id: "config: samples.id"}
    wanted |= dict.fromkeys(cohort.keep, "config: samples.keep")
    wanted |= {} if cohort.merge is None else {cohort.merge: "config: samples.merge"}
    wanted |= dict.fromkeys(cohort.levels, "config: design.levels")
    wanted |= dict.fromkeys(formula.variables if formula else (), "config: design.formula")
    own_factors = cohort.normalization.size_factors
    wanted |= {own_factors: "config: normalization.size_factors"} if own_factors else {}
    columns = list(sheet.columns)
    problems = [
        Problem(
            where,
            f"{name!r} is not a column of {cohort.samples_path}",
            f"one of {', '.join(columns)}",
            suggest(name, columns),
        )
        for name, where in wanted.items()
        if name not in columns
    ]
    if SIZE_FACTOR in columns and SIZE_FACTOR not in (cohort.sample_id, own_factors):
        where = f"{cohort.samples_path}, column {SIZE_FACTOR!r}"
        found = "the model adds a column of this name"
        problems.append(Problem(where, found, "another name", "rename the column"))
    if formula and cohort.sample_id in formula.variables:
        found = f"{cohort.sample_id!r} names the samples and cannot be in the formula"
        problems.append(Problem("config: design.formula", found, "columns that samples share"))
    for name in set(cohort.levels) - set(formula.variables if formula else cohort.levels):
        if name in columns:
            found = f"levels of {name!r}, which is not in the formula {cohort.formula!r}"
            problems.append(Problem("config: design.levels", found, "", "remove it, or add it"))
    return problems


def _left_out_problems(study: Study, columns: list[str], formula: Formula | None) -> list[Problem]:
    """Check that columns left out as no covariates exist, and are not in the model."""
    where = "config: confounding.leave_out"
    problems = []
    for name in study.covariates.leave_out:
        if name not in columns:
            found = f"{name!r} is not a column of {study.cohort.samples_path}"
            allowed = f"of {', '.join(columns)}"
            problems.append(Problem(where, found, allowed, suggest(name, columns)))
        elif formula and name in formula.variables:
            found = f"{name!r}, which is in the formula {study.formula!r}"
            problems.append(Problem(where, found, "columns outside the formula", "remove it"))
    return problems


def _row_problems(sheet: pd.DataFrame, cohort: CohortSettings) -> list[Problem]:
    """Empty, unusable and repeated sample names, and values `keep` names that do not occur."""
    problems = []
    validator = Draft202012Validator(sheet_schema())
    # The schema calls the names sample_id; another column of that name takes theirs meanwhile.
    swapped = {cohort.sample_id: "sample_id", "sample_id": cohort.sample_id}
    named = sheet.rename(columns=swapped)
    for line, row in zip(sheet.index, named.to_dict("records"), strict=True):
        for error in validator.iter_errors(row):
            column = swapped.get(error.path[0], error.path[0])
            where = f"{cohort.samples_path}, line {line}, column {column!r}"
            problems.append(
                Problem(where, f"found {error.instance!r}", error.schema["description"])
            )
    names = sheet[cohort.sample_id]
    for line in sheet.index[names == MISSING]:
        where = f"{cohort.samples_path}, line {line}"
        allowed = f"a name; {MISSING} stands for a missing value in every table"
        problems.append(Problem(where, f"a sample called {MISSING!r}", allowed))
    for name in names[names.duplicated() & (names != "")].unique():
        lines = ", ".join(map(str, sheet.index[names == name]))
        where = f"{cohort.samples_path}, lines {lines}"
        problems.append(Problem(where, f"the sample {name!r} is listed twice", "each sample once"))
    for column, levels in cohort.keep.items():
        values = list(sheet[column].unique()) if column in sheet.columns else levels
        for level in levels:
            if level not in values:
                problems.append(_no_such_level("config: samples.keep", column, level, values))
    return problems


def _no_such_level(where: str, column: str, level: str, values: list[str]) -> Problem:
    found = f"no sample has {level!r} in the column {column!r}"
    return Problem(where, found, f"one of {few(values, 10)}", suggest(level, values))


def _factor_problems(name: str, kept: pd.DataFrame, cohort: CohortSettings) -> list[Problem]:
    """One column of the formula: missing values, unknown levels, empty groups."""
    values = without_missing(kept[name])
    where = f"{cohort.samples_path}, column {name!r}"
    problems = []
    if values.isna().any():
        samples = few(kept.loc[values.isna(), cohort.sample_id])
        fix = "fill it in, or leave the samples out: samples.keep, or without their rows"
        problems.append(
            Problem(where, f"no value for the samples {samples}", "a value in every row", fix)
        )
    counts = values.value_counts()
    problems += level_problems(where, list(counts.index))
    if name in cohort.levels:
        problems += _level_problems(name, kept, counts, cohort)
    else:
        problems += number_problems(where, values, kept[cohort.sample_id])
    if len(counts) == 1:
        found = f"only one value ({counts.index[0]!r}) among the {len(kept)} samples used"
        problems.append(Problem(where, found, "two or more", "remove the column from the formula"))
    return problems


def _level_problems(
    name: str, kept: pd.DataFrame, counts: pd.Series, cohort: CohortSettings
) -> list[Problem]:
    """Levels of the sheet that are not listed, and listed levels that no sample has."""
    listed, present = list(cohort.levels[name]), list(counts.index)
    problems = []
    for level in sorted(set(present) - set(listed)):
        samples = few(kept.loc[kept[name] == level, cohort.sample_id], 3)
        fix = suggest(level, listed) or f"list it, or leave it out with samples.keep: {{{name}: …}}"
        where = f"{cohort.samples_path}, column {name!r}"
        problems.append(
            Problem(where, f"the value {level!r} (samples {samples}) is not a level of the design",
                    f"one of {', '.join(listed)}", fix)
        )  # fmt: skip
    twice = sorted({level for level in listed if listed.count(level) > 1})
    if twice:
        found = f"{few(twice)} listed twice (1 and '1' are the same level)"
        problems.append(Problem(f"config: design.levels.{name}", found, "each level once"))
    for level in listed:
        if level not in present:
            problems.append(
                _no_such_level(f"config: design.levels.{name}", name, level, sorted(present))
            )
    return problems


def _size_problems(formula: Formula, where: str, samples: pd.DataFrame) -> list[Problem]:
    """Find designs with more columns than samples, or with two columns of one name."""
    names = list(islice(coefficient_names(formula, samples), len(samples) + 1))
    if len(names) > len(samples):
        found = f"more coefficients than the {len(samples)} samples{_most_levels(formula, samples)}"
        return [Problem(where, found, "more samples than coefficients", "a simpler design")]
    twice = sorted({name for name in names if names.count(name) > 1})
    if not twice:
        return []
    found = f"two columns of the design have the name {few(twice)}"
    fix = "rename the column or the level in the sample sheet"
    return [Problem(where, found, "a name of its own for each column", fix)]


def _most_levels(formula: Formula, samples: pd.DataFrame) -> str:
    levels = {
        name: len(samples[name].cat.categories)
        for name in formula.variables
        if isinstance(samples[name].dtype, pd.CategoricalDtype)
    }
    if not levels:
        return ""
    name = max(levels, key=levels.__getitem__)
    return f"; {name!r} alone has {levels[name]} levels"


def _rank_problems(formula: Formula, samples: pd.DataFrame) -> list[Problem]:
    """Find a design that cannot be solved, or leaves no sample to estimate the variance from."""
    design = design_matrix(formula, samples)
    where = "config: design.formula"
    problems = [
        Problem(
            where,
            f"the column {column!r} of the design cannot be told apart from {few(others)}"
            if others
            else f"the column {column!r} of the design is zero in every sample",
            "a design of full rank",
            "these columns of the sheet are confounded: remove one of them from the formula",
        )
        for column, others in confounded_columns(design).items()
    ]
    if not problems and design.shape[0] <= design.shape[1]:
        found = f"{design.shape[1]} coefficients for {design.shape[0]} samples"
        problems.append(Problem(where, found, "more samples than coefficients", "a simpler design"))
    return problems


def _unknown_reduced(formula: Formula | None) -> list[Problem]:
    """Say that nothing tells what the omnibus test is to ask; a bad formula is said already."""
    if formula is None:
        return []
    found = "'auto', and no contrast compares levels of a factor, so nothing says what to test"
    allowed = "the design without what is tested, such as '~ 1'"
    return [Problem("config: omnibus.reduced", found, allowed, "write the formula")]


def _reduced_problems(
    formula: Formula, reduced: Formula | None, samples: pd.DataFrame
) -> list[Problem]:
    """Check that the reduced design is a part of the full one, and smaller."""
    if reduced is None:
        return []
    where, fix = "config: omnibus.reduced", "take the design formula and remove the term to test"
    unknown = [name for name in reduced.variables if name not in formula.variables]
    if unknown:
        found = f"{few(unknown)} not in the design {formula.text!r}"
        return [Problem(where, found, f"columns of the design: {few(formula.variables)}", fix)]
    full, part = design_matrix(formula, samples), design_matrix(reduced, samples)
    rank = column_rank(part)
    if columns_outside(part, full) or rank >= column_rank(full):
        found = f"{reduced.text!r} is not a smaller part of the design {formula.text!r}"
        return [Problem(where, found, "a design nested in the full one", fix)]
    if rank < part.shape[1]:
        return [Problem(where, f"{reduced.text!r} is not of full rank", "a full-rank design", fix)]
    return []
