"""What the explorer gathers of a study from its result files."""

from recurseq.report.explorer.explored import read_explored
from recurseq.report.results import Results
from recurseq.study import load_study
from support.report_study import EVIL, config, write_study


def test_replaced_counts_are_told_with_sample_and_numbers(tmp_path):
    write_study(tmp_path)
    study = load_study(config())
    notes = read_explored(Results(tmp_path, study), study).genes["notes"]
    told = {gene: [text for text in texts if "replaced" in text] for gene, texts in notes.items()}
    assert {gene: texts for gene, texts in told.items() if texts} == {
        "ENSG00000.1": [
            "The count of sample S9, 5,000, is an outlier and was replaced by 31 before fitting."
        ],
        "ENSG00001.1": [
            f"The count of sample {EVIL}, 70, is an outlier and was replaced by 4 before fitting."
        ],
    }
