# Gene sets scored in every sample, and what of their differences is not what samples are made of.

if "signatures" in study.parts:

    rule score_signatures:
        input:
            model="results/model.h5ad",
            gmt=[user_file(path) for path in study.signature_collections.values()],
            shipped=user_file(str(SHIPPED_SETS)),
        output:
            scores=table("signature_scores"),
            sets=table("signature_sets"),
            samples=table("signature_samples"),
            tests=table("signature_tests"),
        log:
            "results/logs/score_signatures.log",
        priority: TABLES_FIRST
        group:
            "signatures"
        conda:
            "../../envs/recurseq.yaml"
        resources:
            mem_mb=memory("score_signatures"),
            runtime=minutes("score_signatures"),
        params:
            settings=study.signatures,
            orthologues=study.orthologues,
            contrasts=contrast_settings(),
            alpha=study.testing.alpha,
            given=dates(*map(user_file, study.signature_collections.values())),
        script:
            "../../scripts/score_signatures.py"

    rule plot_signatures:
        input:
            model="results/model.h5ad",
            scores=table("signature_scores"),
            sets=table("signature_sets"),
            samples=table("signature_samples"),
            tests=table("signature_tests"),
        output:
            **figures("signature_heatmap", "signature_strips"),
        log:
            "results/logs/plot_signatures.log",
        group:
            "signatures"
        conda:
            "../../envs/recurseq.yaml"
        resources:
            mem_mb=memory("plot_signatures"),
            runtime=minutes("plot_signatures"),
        script:
            "../../scripts/plot_signatures.py"
