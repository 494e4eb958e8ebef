"""Gene sets of a collection scored, tested, and held against the called genes, in each contrast."""

from recurseq.jobs.log import logged

with logged(snakemake):
    import pandas as pd

    from recurseq.base.h5ad import open_h5ad
    from recurseq.base.tables import read_table, write_table
    from recurseq.cohort.genes.gene_sets import read_gene_sets
    from recurseq.cohort.genes.orthologues import translated
    from recurseq.cohort.genes.species import refuse_human_files
    from recurseq.deseq import read_fit
    from recurseq.design.contrast import Contrast
    from recurseq.design.formula import parse_formula
    from recurseq.enrichment import overrepresentation, tested_genes
    from recurseq.enrichment.joint import ranking_row
    from recurseq.enrichment.set_tests import enrich

    settings, output = snakemake.params, snakemake.output
    sizes = {"min_size": settings.min_size, "max_size": settings.max_size}
    tables = [read_table(path, "contrast_genes") for path in snakemake.input.genes]
    named, species = {"enrichment.collections": snakemake.input.gmt}, settings.orthologues
    refuse_human_files(named, tables[0], species)
    gene_sets = translated(read_gene_sets(snakemake.input.gmt), species, tables[0])
    model = open_h5ad(snakemake.input.model)
    fit, formula = read_fit(model), parse_formula(model.uns["formula"])
    rankings = []
    for number, (plain, table) in enumerate(zip(settings.contrasts, tables, strict=True)):
        contrast = Contrast.from_dict(plain)
        genes = tested_genes(table, gene_sets)
        found = enrich(
            fit,
            contrast.weights(formula, model.obs),
            genes,
            gene_sets,
            rank_by=settings.rank_by,
            alpha=settings.alpha,
            seed=settings.seed,
            names=(contrast.name, snakemake.wildcards.collection),
            threads=snakemake.threads,
            **sizes,
        )
        write_table(found.table, output.gsea[number], "gsea")
        write_table(overrepresentation(genes, gene_sets, **sizes), output.ora[number], "ora")
        repeated = int(table["pvalue"].notna().sum()) - len(genes)
        rankings.append(ranking_row(contrast.name, repeated, found.ranking, found.random))
    write_table(pd.DataFrame(rankings), output.rankings, "set_rankings")
