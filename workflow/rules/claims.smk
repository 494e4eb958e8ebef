# What others found, held against what this study sees.

if "claims" in study.parts:
    CLAIMED_SETS = sorted(
        {
            (claim["contrast"], claim["collection"])
            for claim in study.claims
            if "set" in claim
        }
    )

    rule check_claims:
        input:
            model="results/model.h5ad",
            genes=tables("contrast_genes"),
            sets=[
                table("gsea").format(contrast=contrast, collection=collection)
                for contrast, collection in CLAIMED_SETS
            ],
            annotation=annotation_file(study.cohort.annotation),
        output:
            claims=report(
                table("claims"),
                caption="../report/claims_table.rst",
                category="Claims",
                labels={"table": "claims"},
            ),
        log:
            "results/logs/check_claims.log",
        priority: TABLES_FIRST
        group:
            "closing"
        conda:
            "../../envs/recurseq.yaml"
        resources:
            mem_mb=memory("check_claims"),
            runtime=minutes("check_claims"),
        params:
            claims=[dict(claim) for claim in study.claims],
            contrasts=contrast_settings(),
            sets=[list(key) for key in CLAIMED_SETS],
            annotation=study.cohort.annotation,
            orthologues=study.orthologues,
            given=dates(annotation_file(study.cohort.annotation)),
        script:
            "../../scripts/check_claims.py"
