"""The methods text and the limits, written from the values that were used."""

from __future__ import annotations

from collections.abc import Mapping

from recurseq.cohort.readers.formats import QUANTIFIERS
from recurseq.report.content import Content
from recurseq.report.contrast_facts import ContrastFacts
from recurseq.report.words import count, listed, many, setting

# Key to (text, DOI); the page numbers those that the methods cite, in order of first use.
REFERENCES = {
    "deseq2": (
        "Love MI, Huber W, Anders S. Moderated estimation of fold change and dispersion for "
        "RNA-seq data with DESeq2. Genome Biology 2014;15:550.",
        "10.1186/s13059-014-0550-8",
    ),
    "tximport": (
        "Soneson C, Love MI, Robinson MD. Differential analyses for RNA-seq: transcript-level "
        "estimates improve gene-level inferences. F1000Research 2015;4:1521.",
        "10.12688/f1000research.7563.2",
    ),
    "salmon": (
        "Patro R, Duggal G, Love MI, Irizarry RA, Kingsford C. Salmon provides fast and bias-aware "
        "quantification of transcript expression. Nature Methods 2017;14:417-419.",
        "10.1038/nmeth.4197",
    ),
    "kallisto": (
        "Bray NL, Pimentel H, Melsted P, Pachter L. Near-optimal probabilistic RNA-seq "
        "quantification. Nature Biotechnology 2016;34:525-527.",
        "10.1038/nbt.3519",
    ),
    "rsem": (
        "Li B, Dewey CN. RSEM: accurate transcript quantification from RNA-Seq data with or "
        "without a reference genome. BMC Bioinformatics 2011;12:323.",
        "10.1186/1471-2105-12-323",
    ),
    "pydeseq2": (
        "Muzellec B, Teleńczuk M, Cabeli V, Andreux M. PyDESeq2: a python package for bulk RNA-seq "
        "differential expression analysis. Bioinformatics 2023;39:btad547.",
        "10.1093/bioinformatics/btad547",
    ),
    "bh": (
        "Benjamini Y, Hochberg Y. Controlling the false discovery rate: a practical and powerful "
        "approach to multiple testing. Journal of the Royal Statistical Society B 1995;57:289-300.",
        "10.1111/j.2517-6161.1995.tb02031.x",
    ),
    "apeglm": (
        "Zhu A, Ibrahim JG, Love MI. Heavy-tailed prior distributions for sequence count data: "
        "removing the noise and preserving large differences. Bioinformatics 2019;35:2084-2092.",
        "10.1093/bioinformatics/bty895",
    ),
    "gsea": (
        "Subramanian A, Tamayo P, Mootha VK, et al. Gene set enrichment analysis: a "
        "knowledge-based approach for interpreting genome-wide expression profiles. PNAS "
        "2005;102:15545-15550.",
        "10.1073/pnas.0506580102",
    ),
    "fgsea": (
        "Korotkevich G, Sukhov V, Budin N, et al. Fast gene set enrichment analysis. bioRxiv "
        "2021:060012.",
        "10.1101/060012",
    ),
    "gseapy": (
        "Fang Z, Liu X, Peltz G. GSEApy: a comprehensive package for performing gene set "
        "enrichment analysis in Python. Bioinformatics 2023;39:btac757.",
        "10.1093/bioinformatics/btac757",
    ),
    "snakemake": (
        "Mölder F, Jablonski KP, Letcher B, et al. Sustainable data analysis with Snakemake. "
        "F1000Research 2021;10:33.",
        "10.12688/f1000research.29032.2",
    ),
}
SMALL_GROUP = 6
RANKED_BY = {
    "stat": "the Wald statistic",
    "log2FoldChange": "the maximum-likelihood log2 fold change",
    "shrunkenLog2FoldChange": "the shrunken log2 fold change",
}


def methods(content: Content) -> list[dict]:
    """Write the methods, one paragraph a step that ran.

    Parameters
    ----------
    content
        The collected facts, among them the settings and the versions.

    Returns
    -------
    list of dict
        ``heading``, ``text`` and ``cites`` (keys of `REFERENCES`).
    """
    parts = [_samples(content), _filter(content), _model(content), _tests(content)]
    if content.omnibus:
        parts.append(_omnibus(content))
    if content.markers:
        parts.append(_markers(content))
    if any(contrast.pathways for contrast in content.contrasts):
        parts.append(_pathways(content))
    parts.append(_software(content))
    return parts


def cited(paragraphs: list[dict]) -> dict[str, int]:
    """Give each reference its number, in the order of first citation."""
    keys = dict.fromkeys(key for part in paragraphs for key in part["cites"])
    return {key: number for number, key in enumerate(keys, start=1)}


def _samples(content: Content) -> dict:
    study = content.study
    text = f"{many(study.samples, 'sample')} and {many(study.genes, 'gene')} entered the analysis"
    if study.groups:
        sizes = listed(f"{name} (n = {size})" for name, size in study.groups)
        text += f"; by {study.main_factor}: {sizes}"
    text += ". Genes keep the identifier of the count matrix throughout."
    cites = []
    if study.counts_format in QUANTIFIERS:
        text += (
            f" Counts were estimated by {QUANTIFIERS[study.counts_format]}, read for genes by the "
            "rules of tximport and rounded to whole numbers."
        )
        cites = [study.counts_format, "tximport"]
    if study.simulated:
        text = f"The data are simulated. {text}"
    return {"heading": "Samples", "text": text, "cites": cites}


def _filter(content: Content) -> dict:
    study, used = content.study, content.settings
    if used.min_samples is None:
        where = "as many samples as the smallest group holds, or more,"
    else:
        where = f"at least {many(used.min_samples, 'sample')}"
    if used.min_count <= 0:
        rule = "Genes without a single count were left out of the model"
    else:
        rule = f"Genes were modelled when {where} had a count of {used.min_count} or more"
    text = (
        f"{rule}: {count(study.kept)} of {count(study.genes)} genes were kept. The others stay in "
        "every table, with the reason in the column note."
    )
    return {"heading": "Filter", "text": text, "cites": []}


def _model(content: Content) -> dict:
    study = content.study
    trend = f" ({study.fit_type} dispersion trend)" if study.fit_type else ""
    references = listed(f"{column}: {levels[0]}" for column, levels in study.levels.items())
    text = (
        f"One negative-binomial model with the design {study.formula} was fitted to all "
        f"{study.samples} samples by the method of DESeq2: {_divisors(content)}, "
        f"gene-wise dispersions shrunken towards a trend{trend}, maximum-likelihood coefficients "
        "on the log2 scale. The model is PyDESeq2's; recurseq solves its equations for many genes "
        "at once and follows the rules of the R package DESeq2 where the two differ. The same fit "
        "serves every contrast."
    )
    if references:
        text += f" Reference level of {references}."
    if content.settings.testing.cooks:
        text += (
            " Single counts with a large Cook's distance (above the 99 % quantile of the F "
            "distribution) were treated as in DESeq2: replaced and the gene fitted again where at "
            "least 7 samples share all values of the design, else, with 3 to 6 such samples, the "
            f"p-values were withheld; replaced for {many(study.replaced, 'gene')}, p-values "
            f"withheld for {many(study.withheld, 'gene')}."
        )
    else:
        text += " Cook's distances were not used to withhold p-values."
    if study.not_converged:
        text += f" The fit of {many(study.not_converged, 'gene')} did not converge."
    return {"heading": "Model", "text": text, "cites": ["deseq2", "pydeseq2"]}


def _divisors(content: Content) -> str:
    """Say what counts were divided by."""
    used = content.settings.normalization
    estimated = {"ratio": "median-of-ratios size factors", "poscounts": "poscounts size factors"}
    text = estimated[used.estimator]
    if used.size_factors is not None:
        text = f"size factors from the sample sheet (column {used.size_factors})"
    estimated_lengths = content.study.counts_format in QUANTIFIERS
    if used.lengths is not None or (
        estimated_lengths and content.settings.counts.lengths == "offset"
    ):
        text += " with offsets for the average transcript length of each gene in each sample"
    return text


def _tests(content: Content) -> dict:
    used = content.settings.testing
    filtering = "with" if used.independent_filtering else "without"
    at_level = f" (threshold chosen for the most calls at {setting(used.alpha)})"
    chosen = at_level if used.independent_filtering else ""
    text = (
        "Each contrast was tested with a two-sided Wald test of the maximum-likelihood log2 fold "
        f"change; p-values were adjusted by Benjamini and Hochberg's method, {filtering} "
        f"independent filtering on the mean normalised count{chosen}. {_rules(content)} "
        "P-values were adjusted within a contrast, not across contrasts."
    )
    cites = ["bh"]
    if used.shrinkage == "none":
        text += " Fold changes were not shrunken."
    else:
        text += (
            " Fold changes shrunken by apeGLM's method, each contrast with its own prior, are "
            "given beside the estimates; they decide no call."
        )
        cites.append("apeglm")
    return {"heading": "Tests", "text": text, "cites": cites}


def _rules(content: Content) -> str:
    """State the calling rule once when it is the same for all contrasts, else for each."""
    by_rule: dict[str, list[str]] = {}
    for contrast in content.contrasts:
        by_rule.setdefault(contrast.rule, []).append(contrast.name)
    if len(by_rule) == 1:
        return f"A gene was called when {next(iter(by_rule))}."
    return " ".join(
        f"In {listed(names)} a gene was called when {rule}." for rule, names in by_rule.items()
    )


def _omnibus(content: Content) -> dict:
    facts = content.omnibus
    text = (
        f"The omnibus test compares the design {facts.full} with {facts.reduced} by a "
        f"likelihood-ratio test with {many(facts.degrees, 'degree', 'degrees')} of freedom, with "
        "the dispersions of the full model. It asks whether a gene differs anywhere among the "
        "groups, not where; it has no single fold change."
    )
    return {"heading": "Omnibus test", "text": text, "cites": ["deseq2"]}


def _markers(content: Content) -> dict:
    rule = listed(dict.fromkeys(contrast.rule for contrast in content.contrasts), last="or")
    text = (
        f"The {count(content.markers.genes)} genes of the marker panel were looked up by "
        "identifier, symbol and alias. Their adjusted p-values are those of the whole contrast, "
        "not of the panel alone. Verdicts compare the direction of called genes with the panel's "
        f"expectation; called means that {rule}. Intervals are 95 % Wald intervals of the "
        "maximum-likelihood estimate."
    )
    return {"heading": "Marker panel", "text": text, "cites": []}


def _pathways(content: Content) -> dict:
    used = content.settings.enrichment
    collections = listed(
        dict.fromkeys(one.collection for c in content.contrasts for one in c.pathways)
    )
    ranking = RANKED_BY.get(used.rank_by, used.rank_by)
    text = (
        f"All genes with a p-value, each symbol once (the gene with the highest mean count), were "
        f"ranked by {ranking} and tested with GSEApy's preranked "
        f"multilevel method against the sets of {collections} with {used.min_size} to "
        f"{used.max_size} ranked genes. Genes called up and, separately, down were tested for "
        "over-representation with the one-sided hypergeometric test against all these genes. "
        "P-values were adjusted within each contrast and collection (and direction for "
        "over-representation); a set was called when the adjusted p-value is below "
        f"{setting(content.settings.testing.alpha)}."
    )
    return {"heading": "Pathways", "text": text, "cites": ["gsea", "fgsea", "gseapy", "bh"]}


def _software(content: Content) -> dict:
    record = content.provenance
    versions: Mapping = record.get("versions", {})
    names = listed(f"{name} {version}" for name, version in versions.items())
    text = f"recurseq {record.get('recurseq', '')}".strip()
    text += f", run with Snakemake; {names}." if names else ", run with Snakemake."
    return {"heading": "Software", "text": text, "cites": ["snakemake"]}


def limits(content: Content) -> list[str]:
    """State what the results cannot show, from the facts of this study."""
    study = content.study
    statements = []
    if study.simulated:
        statements.append(
            "The data are simulated: the numbers show how the pipeline behaves and say nothing "
            "about patients."
        )
    statements += [
        "A difference between groups is an association. It does not show that a gene causes what "
        "sets the groups apart, nor that it would predict the group of another sample or patient.",
        "Bulk RNA mixes all cells of a tissue: a difference may lie in the shares of cell types "
        "rather than in what a cell expresses.",
        _small_groups(content),
        _outliers(content),
        _not_tested(content.contrasts),
        "Adjusted p-values control the expected share of false calls within one contrast; reading "
        "several contrasts side by side adds to it.",
    ]
    if any("normal" in name.casefold() for name, _ in study.groups):
        statements.append(
            "Tissue called normal is often taken beside a tumour. Unless the sample sheet says "
            "otherwise it need not be healthy: liver, for one, may be inflamed or cirrhotic."
        )
    if any(contrast.pathways for contrast in content.contrasts):
        statements.append(
            "Preranked enrichment permutes genes, which act together in truth: its p-values are "
            "too small where the genes of a set are correlated. Read them as a ranking of sets."
        )
    return [text for text in statements if text]


def _small_groups(content: Content) -> str:
    small = [f"{name} (n = {size})" for name, size in content.study.groups if size < SMALL_GROUP]
    if not small:
        return ""
    return (
        f"{listed(small)} {'is a small group' if len(small) == 1 else 'are small groups'}: true "
        "differences of moderate size are missed there, and a gene that is not called is not a "
        "gene without a difference."
    )


def _outliers(content: Content) -> str:
    if not content.settings.testing.cooks:
        return "Single outlying counts were not looked for: a call can hang on one sample."
    return (
        "A single outlying count is repaired only where at least 7 samples share all values of the "
        "design. With 3 to 6 such samples it costs the gene its p-values; with fewer it goes "
        "unnoticed, and a call can hang on one sample."
    )


def _not_tested(contrasts: list[ContrastFacts]) -> str:
    missing = listed(
        f"{count(one.genes - one.adjusted)} of {count(one.genes)} in {one.name}"
        for one in contrasts
    )
    return (
        f"Not every gene got an adjusted p-value: {missing} have none, for the reasons counted "
        "under each contrast."
    )
