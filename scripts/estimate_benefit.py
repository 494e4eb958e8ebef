"""Treatments compared within strata of risk, crude and adjusted."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.tables import read_table, write_table, write_tables
    from recurseq.clinical.cautions import as_table
    from recurseq.clinical.patients import read_patients
    from recurseq.clinical.read_settings import clinical_settings
    from recurseq.risk.benefit.estimate import estimate_benefit
    from recurseq.risk.settings import risk_settings
    from recurseq.risk.strata import stratum_by_patient

    settings = clinical_settings(snakemake.params.sections)
    cutoffs = dict(zip(snakemake.params.cutoffs, snakemake.input.cutoffs, strict=True))
    patients = read_patients(snakemake.input.patients, settings, cutoffs)
    risks = risk_settings(snakemake.params.sections)
    strata = {
        name: stratum_by_patient(risks[name].strata, read_table(path, "risk_patients"))
        for name, path in zip(snakemake.params.strata, snakemake.input.strata, strict=True)
    }
    with_times = list(snakemake.params.with_times)
    for number, benefit in enumerate(settings.benefit.values()):
        found = estimate_benefit(benefit, patients, strata.get(benefit.within))
        tables = {
            "benefit_effect": found.effect,
            "benefit_balance": found.balance,
            "benefit_flow": found.flow,
            "benefit_cautions": as_table(found.cautions),
        }
        write_tables(tables, snakemake.output, number)
        if benefit.name in with_times:
            path = snakemake.output.benefit_curve[with_times.index(benefit.name)]
            write_table(found.curves, path, "benefit_curve")
