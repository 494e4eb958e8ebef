"""The quality tables as custom content of MultiQC.

MultiQC reads a file ``*_mqc.tsv``: comments hold a section's settings in YAML, the rest is its data
(https://docs.seqera.io/multiqc/custom_content). A general-statistics file adds columns to the table
that MultiQC makes of all programs, a row for each sample name.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
import yaml

PARENT = {
    "parent_id": "recurseq",
    "parent_name": "recurseq",
    "parent_description": "Quality of the samples before any model is fitted. No sample is dropped",
}
SIMULATED = "Simulated data. "
NOTHING = "none"
GENERAL_HEADERS = {
    "library_size": {
        "title": "Counted reads",
        "description": "Sum of the counts of all genes",
        "format": "{:,.0f}",
        "min": 0,
        "scale": "Blues",
    },
    "detected_genes": {
        "title": "Genes",
        "description": "Genes with at least one count",
        "format": "{:,.0f}",
        "min": 0,
        "scale": "Greens",
    },
    "size_factor": {
        "title": "Size factor",
        "description": "Median of ratios, as in DESeq2",
        "format": "{:,.2f}",
        "min": 0,
        "scale": "PuBu",
    },
    "flags": {
        "title": "Flags",
        "description": "Quality flags; which, and why, stands in their own section",
        "format": "{:,.0f}",
        "min": 0,
        "scale": "Reds",
    },
}
SEX_HEADERS = {
    "xist": {"title": "XIST", "description": "log2 (normalised count + 1)", "scale": False},
    "y_genes": {"title": "Y genes", "description": "Mean, on the same scale", "scale": False},
    "inferred": {"title": "By expression"},
    "sheet": {"title": "In the sheet"},
    "agrees": {"title": "Agree"},
}
FLAG_HEADERS = {"flags": {"title": "Flags"}, "reason": {"title": "Reason"}}


@dataclass(frozen=True)
class Section:
    """A file for MultiQC: its data, and its settings in YAML."""

    frame: pd.DataFrame
    settings: dict

    @property
    def header(self) -> str:
        """The settings as lines of YAML."""
        return yaml.safe_dump(self.settings, sort_keys=False, allow_unicode=True, width=1000)


def multiqc_sections(tables: Mapping[str, pd.DataFrame], simulated: bool) -> dict[str, Section]:
    """Arrange the quality tables for MultiQC.

    Parameters
    ----------
    tables
        ``library_sizes``, ``size_factors``, ``pca``, ``pca_variance``, ``flags`` and ``sex_check``:
        the tables ``qc_...`` without this prefix, with the same samples in the same order.
    simulated
        Whether the sections must say that the data are simulated.

    Returns
    -------
    dict
        Table name (``multiqc_...`` of the registry) to section.
    """
    note = SIMULATED if simulated else ""
    sections = {
        "multiqc_general": _general(tables),
        "multiqc_pca": _components(tables["pca"], tables["pca_variance"], note),
        "multiqc_flags": _flags(tables["library_sizes"]["sample_id"], tables["flags"], note),
        "multiqc_sex": _sex(tables["sex_check"], note),
    }
    return {name: _named(section) for name, section in sections.items()}


def _general(tables: Mapping[str, pd.DataFrame]) -> Section:
    sizes = tables["library_sizes"]
    counted = tables["flags"]["sample_id"].value_counts()
    frame = sizes[["sample_id", "library_size", "detected_genes"]].assign(
        size_factor=tables["size_factors"]["size_factor"].to_numpy(),
        flags=counted.reindex(sizes["sample_id"], fill_value=0).to_numpy(),
    )
    settings = {"id": "recurseq_general", "plot_type": "generalstats", "namespace": "recurseq"}
    # A list keeps the order of the columns.
    return Section(frame, settings | {"headers": [{k: v} for k, v in GENERAL_HEADERS.items()]})


def _components(scores: pd.DataFrame, variance: pd.DataFrame, note: str) -> Section:
    frame = scores.reindex(columns=["sample_id", "PC1", "PC2"])
    shares = variance.set_index("component")["variance_explained"]
    # In words: from a sign for percent in a label MultiQC puts one behind every number of the axis.
    labels = [
        f"{name} ({100 * shares[name]:.1f} percent of the variance)" if name in shares else name
        for name in ("PC1", "PC2")
    ]
    about = "Scores of the samples on the first two principal components of the 500 most variable "
    about += "genes after variance stabilisation."
    settings = _section("recurseq_pca", "Principal components", about, note, "scatter")
    plot = {"id": "recurseq_pca_plot", "title": "recurseq: principal components"}
    plot |= dict(zip(("xlab", "ylab"), labels, strict=True))
    return Section(frame, settings | {"pconfig": plot})


def _flags(samples: pd.Series, flags: pd.DataFrame, note: str) -> Section:
    """One row for each sample, flagged ones first; MultiQC keeps one row for each name."""
    joined = flags.groupby("sample_id")[["flag", "reason"]].agg(list)
    samples = samples.iloc[(~samples.isin(joined.index)).argsort(kind="stable")]
    joined = joined.reindex(samples)
    frame = pd.DataFrame(
        {
            "sample_id": samples.to_numpy(),
            "flags": [_joined(values, NOTHING) for values in joined["flag"]],
            "reason": [_joined(values, "") for values in joined["reason"]],
        }
    )
    about = "Samples that stand out, with the evidence. Flags are reported; no sample is dropped."
    settings = _section("recurseq_flags", "Quality flags", about, note, "table")
    return Section(frame, settings | {"headers": FLAG_HEADERS, "pconfig": _table("recurseq_flags")})


def _joined(values: list | float, otherwise: str) -> str:
    return "; ".join(values) if isinstance(values, list) else otherwise


def _sex(check: pd.DataFrame, note: str) -> Section:
    agrees = check["agrees"].map({True: "yes", False: "no"}).fillna("")
    frame = check.assign(agrees=agrees, sheet=check["sheet"].fillna(""))
    about = "Sex read from XIST and genes of the Y chromosome, beside what the sample sheet says."
    settings = _section("recurseq_sex", "Sex check", about, note, "table")
    return Section(frame, settings | {"headers": SEX_HEADERS, "pconfig": _table("recurseq_sex")})


def _section(key: str, title: str, about: str, note: str, kind: str) -> dict:
    shown = {"section_name": title, "description": note + about, "plot_type": kind}
    return {"id": key, **PARENT, **shown}


def _table(key: str) -> dict:
    """Return settings of a table that stays one however many samples there are, in our order."""
    title = {"id": f"{key}_table", "title": "recurseq", "col1_header": "Sample"}
    return title | {"no_violin": True, "sort_rows": False}


def _named(section: Section) -> Section:
    names = section.frame["sample_id"].map(_sample_name)
    return Section(section.frame.assign(sample_id=names), section.settings)


def _sample_name(name: str) -> str:
    """Return a sample's name as MultiQC has to read it, so that it shows the name as it is.

    It takes a line that begins with # for a comment, strips spaces and outer quotes, and puts the
    rest into its page as HTML.
    """
    safe = html.escape(str(name), quote=False)
    touched = safe.startswith("#") or safe != safe.strip() or safe[:1] in ("'", '"')
    return f'"{safe}"' if touched else safe
