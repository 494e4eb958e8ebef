"""The steps of a run by the functions its scripts call, in one process, without Snakemake."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from recurseq.base.h5ad import gene_columns, open_h5ad, write_h5ad
from recurseq.base.tables import read_table, write_table
from recurseq.cohort.genes.annotation import load_annotation
from recurseq.cohort.genes.gene_sets import read_gene_sets
from recurseq.cohort.importing import import_cohort
from recurseq.cohort.lengths import normalization_values
from recurseq.contrasts.results import contrast_tables
from recurseq.deseq import Options, add_fit, check_contrasts, fit, omnibus_table, read_fit
from recurseq.design.confounding import relations
from recurseq.design.confounding_table import confounding_table
from recurseq.design.formula import design_matrix, parse_formula
from recurseq.enrichment import overrepresentation, tested_genes
from recurseq.enrichment.set_tests import enrich
from recurseq.evidence.shuffles import shuffle_labels
from recurseq.evidence.summary import summarise
from recurseq.evidence.weigh import weigh_evidence
from recurseq.markers.extract import extract_markers
from recurseq.markers.nominate import nominate_markers
from recurseq.markers.panel import read_panel
from recurseq.qc.assess import assess_quality
from recurseq.qc.covariates import adjust_for_covariates
from recurseq.study import Study, read_samples


class Run:
    """A study that passed its check, computed step by step; tables go through their files."""

    def __init__(self, study: Study, folder: Path, permutations: int = 2):
        self.study, self.folder, self.permutations = study, folder, permutations
        self.formula = parse_formula(study.formula)
        self.contrasts = list(study.contrasts.values())

    def all(self, thorough: bool = True) -> dict[str, pd.DataFrame]:
        """Take every step; returns the tables of genes by contrast.

        Without `thorough` those that take half of the time are left out: models with further
        columns of the sheet, and gene sets.
        """
        self.imported()
        self.fitted()
        tables = {one.name: self.tested(one) for one in self.contrasts}
        genes = {name: table for name, (table, _) in tables.items()}
        evidence = {name: table for name, (_, table) in tables.items()}
        self.summed_up()
        if self.study.omnibus_reduced is not None:
            self.omnibus()
        self.quality(genes, thorough)
        if self.study.panel is not None:
            self.markers(genes, evidence)
        if thorough and self.study.enrichment is not None:
            for one in self.contrasts:
                self.enriched(one, genes[one.name])
        return genes

    def path(self, name: str) -> Path:
        return self.folder / name

    def through_a_file(self, table: pd.DataFrame, kind: str, name: str) -> pd.DataFrame:
        write_table(table, self.path(f"{kind}.{name}.tsv"), kind)
        return read_table(self.path(f"{kind}.{name}.tsv"), kind)

    def imported(self) -> None:
        settings = type(self.study.cohort).from_dict(self.study.cohort.as_dict())
        write_h5ad(import_cohort(settings, read_samples(settings)), self.path("cohort.h5ad"))
        self.cohort = open_h5ad(self.path("cohort.h5ad"))
        self.values = normalization_values(self.cohort, self.study.normalization.as_dict(), None)

    def fitted(self) -> None:
        found = fit(
            gene_columns(self.cohort, "counts", self.cohort.var_names[self.cohort.var["kept"]]),
            design_matrix(self.formula, self.cohort.obs),
            **self.values,
            cooks=self.study.testing.cooks,
            formula=self.study.formula,
        )
        write_h5ad(add_fit(self.cohort, found), self.path("model.h5ad"))
        self.model = open_h5ad(self.path("model.h5ad"))

    def options(self, contrast) -> Options:
        names = ("alpha", "independent_filtering", "cooks", "shrinkage")
        testing = self.study.testing.options(*names)
        return Options(lfc_threshold=contrast.rule.lfc_threshold, **testing)

    def tested(self, contrast) -> tuple[pd.DataFrame, pd.DataFrame]:
        asked = read_fit(self.model), contrast, self.formula, self.model.obs
        tables = contrast_tables(*asked, self.options(contrast), genes=self.model.var)
        evidence = weigh_evidence(*asked, tables.genes)
        shuffled = shuffle_labels(
            *asked, self.options(contrast), permutations=self.permutations, seed=1
        )
        self.through_a_file(tables.summary, "contrast_summary_row", contrast.name)
        self.through_a_file(shuffled, "contrast_permutations", contrast.name)
        return (
            self.through_a_file(tables.genes, "contrast_genes", contrast.name),
            self.through_a_file(evidence, "contrast_evidence", contrast.name),
        )

    def summed_up(self) -> None:
        kinds = ("contrast_summary_row", "contrast_evidence", "contrast_permutations")
        parts = [
            [read_table(self.path(f"{kind}.{one.name}.tsv"), kind) for one in self.contrasts]
            for kind in kinds
        ]
        write_table(summarise(*parts), self.path("summary.tsv"), "contrast_summary")

    def omnibus(self) -> None:
        names = ("alpha", "independent_filtering", "cooks")
        table = omnibus_table(
            read_fit(self.model),
            design_matrix(parse_formula(self.study.omnibus_reduced), self.model.obs),
            Options(**self.study.testing.options(*names)),
            annotation=self.model.var,
        )
        write_table(table, self.path("omnibus.tsv"), "omnibus_genes")

    def quality(self, genes: dict[str, pd.DataFrame], further: bool) -> None:
        weights = {c.name: c.weights(self.formula, self.model.obs) for c in self.contrasts}
        check_contrasts(weights, genes, read_fit(self.model))
        tables = assess_quality(self.cohort, self.values, self.study.adjusted_for)
        for kind, table in tables.items():
            write_table(table, self.path(f"{kind}.tsv"), kind)
        found = relations(self.cohort.obs, self.contrasts, self.formula, ())
        confounding = self.through_a_file(confounding_table(found), "qc_confounding", "all")
        if not further:
            return
        names = ("alpha", "independent_filtering", "cooks")
        tables = adjust_for_covariates(
            read_fit(self.model), self.formula, self.cohort.obs, self.contrasts, genes,
            confounding, None, options=self.study.testing.options(*names),
        )  # fmt: skip
        for kind, table in tables.items():
            write_table(table, self.path(f"{kind}.tsv"), kind)

    def markers(self, genes, evidence) -> None:
        annotation = load_annotation(self.study.cohort.annotation)
        panel = read_panel(self.study.panel)
        found = extract_markers(panel, genes, self.contrasts, self.model, annotation)
        markers = self.through_a_file(found[0], "markers", "all")
        write_table(found[1], self.path("marker_samples.tsv"), "marker_samples")
        table = nominate_markers(self.contrasts, genes, evidence, markers, self.model)
        write_table(table, self.path("candidates.tsv"), "candidates")

    def enriched(self, contrast, genes: pd.DataFrame) -> None:
        used = self.study.enrichment
        sizes = {"min_size": used.min_size, "max_size": used.max_size}
        for path in used.collections.values():
            gene_sets = read_gene_sets(path)
            ranked = tested_genes(genes, gene_sets)
            table = enrich(
                read_fit(self.model),
                contrast.weights(self.formula, self.model.obs),
                ranked,
                gene_sets,
                rank_by=used.rank_by,
                alpha=self.study.testing.alpha,
                seed=1,
                **sizes,
            ).table
            write_table(table, self.path("gsea.tsv"), "gsea")
            ora = overrepresentation(ranked, gene_sets, **sizes)
            write_table(ora, self.path("ora.tsv"), "ora")
