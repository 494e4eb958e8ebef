"""The card of each risk model: data, outcome, predictors, performance, limits."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.tables import read_table
    from recurseq.base.whole_file import write_whole
    from recurseq.clinical.read_settings import clinical_settings
    from recurseq.risk.card import CardSources, card_text
    from recurseq.risk.risk_model import RiskModel
    from recurseq.risk.settings import risk_settings

    sections = snakemake.params.sections
    settings = clinical_settings(sections)
    cautions = read_table(snakemake.input.cautions, "clinical_cautions")
    judged = snakemake.input.performance
    files = zip(snakemake.input.models, judged, snakemake.output.cards, strict=True)
    for (name, risk), (model, table, card) in zip(
        risk_settings(sections).items(), files, strict=True
    ):
        sources = CardSources(
            settings,
            risk,
            RiskModel.read(model),
            read_table(table, "risk_performance"),
            list(cautions.loc[cautions["analysis"] == f"risk.{name}", "message"]),
            snakemake.params.simulated,
        )
        write_whole(card_text(sources), card)
