# What each rule asks of a cluster, in one table, so that a new measurement changes one place.
#
# Measured (peak memory of the script in MB, seconds of processor, one thread), on Linux x86_64:
#
#                     tiny          demo          TCGA-LIHC     large
# genes × samples     400 × 12      18,087 × 26   60,482 × 52   20,000 × 1,000
# counts, MB          0.02          0.7 (gz)      4.1 (gz)      72.5
# cohort.h5ad, MB     0.1           4.5           17.4          80.6
# model.h5ad, MB      0.2           11.7          36.5          324
#
# simulate_demo                     148    1
# import_counts       152    1      182    1      282    2      765    7
# assess_quality      279    1      306    2      409    2     1015   69
# plot_quality        226    3      247    3      272    4       437    5
# fit_model           356    3      394    4      575    6     1296   21
# plot_model          183    1      205    2      280    2       596    3
# test_contrast       178    1      231    2      422    4     1200   13
# check_contrasts     176    1      232    2      369    3       756    4
# plot_contrast       277    3      303    4      394    5       819    6
# test_omnibus        178    1      315    2      395    2      894    5
# enrich_pathways     208    3      263    3      345    9      273    3
# plot_enrichment     188    2      257    3      332    4      623    6
# extract_markers     149    1      212    2      361    3       673    3
# plot_markers        205    2      253    5      327    5       639    7
# check_demo                        150    1
# write_provenance     27    0       27    0       27    0        27    0
# build_workbook      153    1      178    7      220   10       253   15
# build_report        163    1      187    2      236    3       190    2
#
# The first job after an installation compiles the engine, with up to 150 MB more.
#
# The request is about one and a half times what was measured, plus Snakemake itself, doubled in
# memory and time at each further attempt.
import os
from typing import NamedTuple

# It runs twice in a job: 190 MB in the batch step, 170 MB beside the script.
SNAKEMAKE_MB = 400
# Counts weigh by what they are once read. A byte of a packed table is worth several of a table in
# text; a byte of a file with one sample less, for each line repeats the gene: 100 files of 60,000
# genes, 122 MB in all, took 956 MB.
PACKED = (".gz", ".xlsx", ".parquet", ".h5ad")
TEXT_PER_PACKED = 4
TABLE_PER_FOLDER = 2 / 3


class Request(NamedTuple):
    """Memory in MB and minutes for a small study, and by how much they grow.

    They grow with the size of one input of the rule, named by `grows_with`. That input must lie
    outside the rule's group: the memory of a group is summed up before its first rule has run, and
    Snakemake counts nothing for a rule whose input is not there yet.
    """

    memory: int
    grows_with: str = ""
    memory_per_mb: float = 0
    minutes: int = 5
    minutes_per_mb: float = 0
    threads: int = 1


LIGHT = Request(300)  # rules that read tables only
REQUESTS = {
    "simulate_demo": Request(250),
    "import_counts": Request(300, "counts", 16, 10, 0.1),
    "assess_quality": Request(500, "cohort", 15, 5, 0.3),
    "plot_quality": Request(400, "cohort", 5),
    "fit_model": Request(650, "cohort", 20, 10, 0.3, threads=4),
    "plot_model": Request(300, "model", 4),
    "test_contrast": Request(350, "model", 6, 5, 0.05),
    "check_contrasts": Request(300, "model", 6),
    "plot_contrast": Request(450, "model", 4),
    "test_omnibus": Request(500, "model", 6, 5, 0.05),
    "enrich_pathways": Request(550, minutes=10),
    "plot_enrichment": Request(400, "model", 4),
    "extract_markers": Request(300, "model", 6),
    "plot_markers": Request(400, "model", 4),
    "check_demo": Request(250),
    "write_provenance": Request(100),
    "build_workbook": Request(300, "model", 2),
    "build_report": Request(300, "model", 2),
}


def memory(rule):
    """Memory of a rule's job in MB, as a function of its input and the attempt."""
    request = REQUESTS.get(rule, LIGHT)

    def megabytes(wildcards, input, attempt):
        grown = request.memory_per_mb * _size(input, request)
        return round((SNAKEMAKE_MB + request.memory + grown) * 2 ** (attempt - 1))

    return megabytes


def minutes(rule):
    """Run time of a rule's job in minutes, as a function of its input and the attempt."""
    request = REQUESTS.get(rule, LIGHT)

    def count(wildcards, input, attempt):
        grown = request.minutes_per_mb * _size(input, request)
        return round((request.minutes + grown) * 2 ** (attempt - 1))

    return count


def _size(input, request):
    """MB of the input that a request grows with; counts as a table in text, whatever they are."""
    if not request.grows_with:
        return 0
    files = input.get(request.grows_with)
    if not files:
        return 0  # a study without counts
    if request.grows_with != "counts":
        return os.path.getsize(files) / 1e6
    if isinstance(files, str):
        return _text_size(files) / 1e6
    return sum(map(_text_size, files)) * TABLE_PER_FOLDER / 1e6


def _text_size(file):
    packed = file.lower().endswith(PACKED)
    return os.path.getsize(file) * (TEXT_PER_PACKED if packed else 1)
