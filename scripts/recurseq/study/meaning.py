"""What the name and the values of a column say it holds: persons, batches, measures, survival."""

from __future__ import annotations

import re

import pandas as pd

from recurseq.study.samples import is_numeric, without_missing

FEW_NUMBERS = 6  # more different numbers are a measurement, or names
SHARED_ROWS = 0.8  # of the samples have a number that occurs in several groups: names, not ages
LARGEST_RATIO = 2  # of how often one number occurs to how often another does: blocks are even


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SUBJECTS = _words(
    "donor patient subject subj individual participant animal mouse rat pig dog person volunteer "
    "proband"
)
_PERSONS = _SUBJECTS | _words("pair case cell celltype cellline line clone family litter twin")
_REPLICATES = _words("replicate replicates rep reps biorep techrep bioreplicate techreplicate")
_NUISANCE = _SUBJECTS | _REPLICATES | _words(
    "batch plate run lane flowcell library libraries site centre center hospital institution sex "
    "gender race ethnicity date kit operator rin platform protocol layout reads pair block cage "
    "litter tank pool"
)  # fmt: skip
# What is measured or counted is a number, whatever it repeats.
_MEASURES = _words(
    "age years year yrs weight bmi height size mass length width volume rin reads depth dose conc "
    "concentration percent pct purity score amount ratio temperature ph time hour hours minute "
    "minutes day days week weeks month months count counts afp stage grade"
)
_SURVIVAL = _words(
    "os dfs pfs rfs efs ttp ttr death dead died deceased alive survival surv event censor censored "
    "censoring vital followup follow"
)
_TIME = _words("time days months years weeks")
_STATUS = _words("status state")
_CODED = ({"0", "1"}, {"1", "2"}, {"true", "false"}, {"yes", "no"})
_DEATH = _words("dead deceased died death")
_ALIVE = _words("alive living")


def words_of(name: str) -> list[str]:
    """Cut a name at punctuation and capitals: ``SampleType`` and ``sample_type`` are alike."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return [word for word in re.split(r"[\W_]+", spaced.casefold()) if word]


def _says(name: str, words: frozenset[str]) -> bool:
    """Whether a name holds one of the words, alone or before ``id``, ``no`` and the like."""
    stems = (re.sub(r"(id|ids|no|nr|num|number|code|\d+)$", "", word) for word in words_of(name))
    return any(word in words for word in words_of(name)) or any(stem in words for stem in stems)


def is_subject(name: str) -> bool:
    """Whether a column names the living beings that samples are of."""
    return _says(name, _SUBJECTS)


def is_person(name: str) -> bool:
    """Whether a column names who or what the samples are of, so that samples may be paired."""
    return _says(name, _PERSONS)


def is_nuisance(name: str) -> bool:
    """Whether a column is of a kind that designs adjust for: batches, sex, places."""
    return _says(name, _NUISANCE)


def is_replicate(name: str) -> bool:
    """Whether a column numbers the replicates of each group."""
    return _says(name, _REPLICATES)


def is_measure(name: str) -> bool:
    """Whether a column is called like something that is measured."""
    return any(word in _MEASURES for word in words_of(name))


def are_labels(name: str, values: pd.Series) -> bool:
    """Whether numbers are names by the column's own name, or since all occur equally often.

    Parameters
    ----------
    name
        Of the column.
    values
        Its cells as text or numbers, without missing ones.
    """
    if not is_numeric(values) or is_measure(name):
        return False
    numbers = pd.to_numeric(values)
    counts = numbers.value_counts()
    if (numbers % 1 != 0).any() or len(counts) < 2:
        return False
    if is_person(name) or is_nuisance(name):
        return True
    return len(counts) > FEW_NUMBERS and counts.min() >= 2 and counts.min() == counts.max()


def repeat_as_names(name: str, values: pd.Series, groups: pd.Series | None) -> bool:
    """Whether whole numbers repeat as the names of pairs or batches do, across groups or evenly.

    Two different numbers are the same as a number and as labels, and so never told of.

    Parameters
    ----------
    name
        Of the column.
    values
        Numbers of the samples.
    groups
        What is compared, for the same samples; None when there is nothing to compare.
    """
    present = values.dropna()
    counts = present.value_counts()
    if is_measure(name) or len(counts) < 3 or len(counts) == len(present):
        return False
    if not is_numeric(present) or (pd.to_numeric(present) % 1 != 0).any():
        return False
    if are_labels(name, present):
        return True
    if groups is None or counts.max() > LARGEST_RATIO * counts.min():
        return False
    spread = groups[present.index].astype(str).groupby(present).nunique()
    return bool(present.map(spread).ge(2).mean() >= SHARED_ROWS)


def survival_columns(sheet: pd.DataFrame) -> list[str]:
    """Find the columns of a sheet that tell how long patients lived, and whether they died.

    Parameters
    ----------
    sheet
        Cells as text.
    """
    present = {str(name): without_missing(texts).dropna() for name, texts in sheet.items()}
    sure = [name for name, texts in present.items() if _tells_survival(name, texts)]
    times = [name for name, texts in present.items() if _is_time(name, texts)]
    states = [name for name, texts in present.items() if _is_state(name, texts)]
    found = {*sure}
    if times and (states or sure):
        found |= {*times, *states}
    elif any(_varies(present[name]) for name in sure):
        found |= {*states}
    return [name for name in present if name in found]


def _tells_survival(name: str, texts: pd.Series) -> bool:
    values = {word.casefold() for word in texts.unique()}
    both = len(values) == 2 and bool(values & _DEATH) and bool(values & _ALIVE)
    return both or any(word in _SURVIVAL for word in words_of(name))


def _varies(texts: pd.Series) -> bool:
    """Whether a column holds numbers of which there are many, or decimals."""
    if not is_numeric(texts):
        return False
    different = texts.nunique()
    fractional = bool((pd.to_numeric(texts) % 1 != 0).any())
    return different > FEW_NUMBERS or fractional or 2 < different == len(texts)


def _is_time(name: str, texts: pd.Series) -> bool:
    return any(word in _TIME for word in words_of(name)) and _varies(texts)


def _is_state(name: str, texts: pd.Series) -> bool:
    values = {text.casefold() for text in texts.unique()}
    return any(word in _STATUS for word in words_of(name)) and values in _CODED


def repeated_in_group(subjects: pd.Series, groups: pd.Series) -> dict[str, list[str]]:
    """Find subjects with several samples in one group.

    Parameters
    ----------
    subjects, groups
        Of the same samples; missing ones are left out.

    Returns
    -------
    dict
        Group to the subjects that have two samples or more in it. Empty where each group has one
        value of its own throughout, as a genotype of mice has.
    """
    known = pd.DataFrame({"subject": subjects, "group": groups}).dropna().astype(str)
    sizes = known.groupby(["group", "subject"]).size()
    if known.empty or (known.groupby("group")["subject"].nunique() == 1).all():
        return {}
    several = sizes[sizes > 1].reset_index()
    return {
        str(group): list(rows["subject"]) for group, rows in several.groupby("group", sort=True)
    }
