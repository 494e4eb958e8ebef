"""The explorer's modules and pages in a browser, and studies of any size that it may show."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
from jinja2 import Environment

from recurseq.design.calling import CallingRule
from recurseq.design.contrast import Contrast
from recurseq.evidence.support import CARRIED, CONFIRMED, NONE, UNCONFIRMED
from recurseq.report.explorer.bundle import joined
from recurseq.report.explorer.explored import Explored, Tested
from recurseq.report.explorer.packed import keeps_called_only, packed
from recurseq.report.page import HERE, STYLES, Script
from recurseq.report.sections import genes as section
from recurseq.stats.adjust import benjamini_hochberg
from support.browser import Browser
from support.paths import REPOSITORY

MODULES = REPOSITORY / "scripts/recurseq/report/explorer"


ON_LIMITS = (1e-10, 1e-4, 0.005, 0.05, 0.3, 1.0, 0.05, 0.0049999, 0.0049996, 0.05000001)


def load(browser: Browser) -> None:
    """Put what all modules name on their top level into the page's scope, without a start."""
    code = joined(MODULES / "main.js")
    assert code.endswith("\nstart();\n")
    browser.run(f"{code.removesuffix('start();' + chr(10))}; undefined")


def asked(browser: Browser, code: str, *arguments: object) -> object:
    """Return what a function of the page answers; a promise is waited for."""
    given = ", ".join(json.dumps(one) for one in arguments)
    found = browser.ask(
        "Runtime.evaluate",
        expression=f"({code})({given})",
        returnByValue=True,
        awaitPromise=True,
    )
    assert "exceptionDetails" not in found, found
    return found["result"].get("value")


def blank(folder: Path) -> Path:
    """Write a page with nothing in it."""
    path = folder / "blank.html"
    path.write_text("<!DOCTYPE html><title>blank</title><body></body>", encoding="utf-8")
    return path


def explored_study(
    genes: int, samples: int, contrasts: int = 3, tested: float = 1.0, seed: int = 5
) -> Explored:
    """Simulate what the explorer gets, directly, without a pipeline.

    Parameters
    ----------
    genes, samples, contrasts
        How many.
    tested
        Share of the genes that are in the model.
    """
    rng = np.random.default_rng(seed)
    ids = pd.Index([f"ENSG{i:011d}" for i in np.sort(rng.choice(300_000, genes, replace=False))])
    names = pd.Series([f"{_letters(rng)}{i}" for i in range(genes)], ids)
    known = np.arange(genes) < tested * genes  # as the library orders them
    levels = ["normal", "no_recurrence", "early_recurrence"]
    groups = pd.Series(
        pd.Categorical(rng.choice(levels, samples), levels), [f"S{i:03d}" for i in range(samples)]
    )
    mean = pd.Series(np.where(known, rng.lognormal(5, 2, genes), np.nan), ids)
    mean.iloc[:4] = [10, 200, 9.9999, 199.95]
    table = pd.DataFrame(
        {
            "gene_name": names,
            "baseMean": mean,
            "gene_type": rng.choice(["protein_coding", "lncRNA", "pseudogene"], genes),
            "pattern": rng.choice(["monotone_up", "no_evidence"], genes),
            "panel": rng.random(genes) < 0.005,
            # A third of the genes has older names, as in the annotation of all human genes.
            "aliases": [
                "" if i % 3 else f"{_letters(rng)}X{i}|{_letters(rng)}Y{i}" for i in range(genes)
            ],
            "notes": [[] for _ in range(genes)],
        },
        ids,
    )
    expressed = ids[known]
    vst = rng.normal(8, 2, len(expressed)) + rng.normal(0, 1, (samples, len(expressed)))
    rounds = [_tested(f"contrast_{k}", table, known, groups, rng) for k in range(contrasts)]
    omnibus = rounds[0].genes[["pvalue", "padj"]]
    columns = np.arange(len(expressed))
    return Explored(rounds, table, omnibus, ("~ 1", "~ group"), groups, expressed, vst, columns)


def _letters(rng: np.random.Generator) -> str:
    return "".join(rng.choice(list("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), 3))


def _tested(name, table, known, groups, rng) -> Tested:
    """A contrast with a fifth of the genes changed."""
    rule = CallingRule(0.05, 0.0, 1.0)
    contrast = Contrast(name, rule, "group", ("early_recurrence",), ("no_recurrence",))
    size = len(table)
    error = rng.gamma(4, 0.08, size)
    change = np.where(rng.random(size) < 0.2, rng.normal(0, 2, size), 0) + rng.normal(0, error)
    pvalue = np.where(known, np.exp(-((change / error) ** 2) / 2) * rng.random(size), np.nan)
    padj = np.full(size, np.nan)
    padj[known] = benjamini_hochberg(pvalue[known])
    # Values that stand exactly on what a slider may ask for.
    padj[: len(ON_LIMITS)] = ON_LIMITS
    change[: len(ON_LIMITS)] = np.resize([0.3, -1.0, 1.7, 0.1 + 0.2], len(ON_LIMITS))
    genes = pd.DataFrame(
        {
            "baseMean": table["baseMean"],
            "log2FoldChange": np.where(known, change, np.nan),
            "lfcSE": np.where(known, error, np.nan),
            "shrunkenLog2FoldChange": np.where(known, change * 0.9, np.nan),
            "pvalue": pvalue,
            "padj": padj,
            "status": np.where(known, "tested", "filtered"),
            "note": np.where(known, None, "filtered before fitting: too few counts"),
        },
        table.index,
    )
    genes.index.name = "gene_id"
    genes["significant"] = rule.mask(genes)
    genes["direction"] = rule.direction(genes)
    words = [CONFIRMED, UNCONFIRMED, CARRIED]
    evidence = pd.DataFrame(
        {
            "auc": rng.random(size),
            "aucLower": rng.random(size),
            "aucUpper": rng.random(size),
            "topTwoShare": rng.random(size),
            "voomLog2FoldChange": change + rng.normal(0, 0.1, size),
            "voomPadj": rng.random(size) ** 4,
            "wilcoxonPadj": rng.random(size).round(2),
            "flipsWithout": [
                None if k % 3 else ";".join(groups.index[: 1 + k // 3 % 3 * 3]) for k in range(size)
            ],
            "support": np.where(genes["significant"], rng.choice(words, size), NONE),
            "emptyGroup": [None if k % 11 else "normal;no_recurrence" for k in range(size)],
        },
        table.index,
    ).where(pd.Series(known, table.index))
    symbols = table["gene_name"].to_numpy()
    sets = pd.DataFrame(
        {
            "collection": "simulated",
            "set": [f"SET_{k}" for k in range(50)],
            "direction": "none",
            "NES": 1.5,
            "competitivePadj": 0.5,
            "leading_edge": [";".join(rng.choice(symbols, 40, replace=False)) for _ in range(50)],
        }
    )
    origin = f"{name}: simulated"
    return Tested(contrast, origin, f"{name}.tsv", genes, evidence, (10, 10), 5.0, sets)


def explorer_page(explored: Explored) -> str:
    """Return a page of the explorer alone, under the policy of the report."""
    links = {tested.contrast.name: tested.link for tested in explored.contrasts}
    facts = section.Genes(packed(explored), links, keeps_called_only(explored))
    script = Script.read(HERE / "sections" / section.SCRIPT)
    template = Environment(autoescape=True).from_string(
        (HERE / "sections/genes.html").read_text(encoding="utf-8")
    )
    style = "".join((HERE / name).read_text(encoding="utf-8") for name in STYLES)
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src '{script.hash}'"
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Genes</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}"><style>{style}</style>'
        f'</head><body><main><section id="genes"><h2>Genes</h2>{template.render(facts=facts)}'
        f"</section></main><script>{script.text}</script></body></html>"
    )
