# What each rule asks of a cluster, in one table, so that a new measurement changes one place.
#
# Measured (peak memory of the script in MB, seconds of processor, one thread), on Linux x86_64:
#
#                    tiny            demo            TCGA-LIHC       large           very large
# genes × samples    400 × 12        18,087 × 26     60,482 × 52     20,000 × 1,000  20,000 × 2,000
# counts, MB         0.02            0.7 (gz)        4.1 (gz)        66              132
# cohort.h5ad, MB    0.1             2.1             8.5             31.8            61.1
# model.h5ad, MB     0.3             8.1             27.5            177             345
#
# simulate_demo                       153    1
# import_counts       156    1        185    1        293    2        773    4       1394    6
# assess_quality      275    1        292    1        327    1        577    5        917   13
# plot_quality        220    3        232    3        244    4        353    4        764    8
# adjust_for_covariates                              783   74 (8 columns)
# fit_model           363    3        394    3        486    4        799   15       1256   27
# plot_model          166    1        176    1        193    1        176    1        176    1
# test_contrast       173    1        211    2        277    3        620    7       1050   16
# check_contrasts     170    1        213    1        299    2        256    1        318    2
# plot_contrast       271    3        283    4        308    4        337    4        359    4
# test_omnibus        173    1        296    1        249    2        367    2        551    3
# enrich_pathways     225    3        280    9        760   90        276    2        276    2
# find_themes                         170    1        310    2
# plot_enrichment     175    2        203    9        221    3        204    2        205    3
# extract_markers     171    1        216    2        310    3        235    2        290    3
# plot_markers        196    2        225    5        244    5        231    5        247    6
# score_signatures                    228    3        295    5
# check_demo                          154    1
# write_provenance     28    0         28    0         28    0         28    0         28    0
# build_workbook      136    1        161    9        199   13        240   14        499   38
# build_report                        370   12        496   14                          455   11
# write_h5ad                          250    2        355    3
# pack_report                         166    2
#
# enrich_pathways: a collection in all contrasts (demo: 57 sets, 4; TCGA-LIHC: the 1,183 sets of
# Reactome, 3).
#
# test_contrast and check_demo: before what stands behind the calls was part of them.
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
    "assess_quality": Request(450, "cohort", 15, 5, 0.1),
    "measure_confounding": Request(300),
    "adjust_for_covariates": Request(750, "cohort", 30, 10, 3, threads=2),
    "plot_quality": Request(350, "cohort", 13),
    "fit_model": Request(650, "cohort", 20, 10, 0.3, threads=4),
    "plot_model": Request(300),
    "test_contrast": Request(450, "model", 8, 5, 0.13),
    "shuffle_labels": Request(650, "model", 20, 15, 0.1, threads=4),
    "compare_contrasts": Request(450),
    "plot_across": Request(450),
    "check_contrasts": Request(450, "model", 1),
    "plot_contrast": Request(450, "model", 0.5),
    "test_omnibus": Request(450, "model", 1.5, 5, 0.03),
    "enrich_pathways": Request(750, "model", 6, 20, threads=4),
    "find_themes": Request(400),
    "plot_enrichment": Request(400),
    "extract_markers": Request(450, "model", 0.5),
    "plot_markers": Request(400),
    "nominate_markers": Request(450, "model", 4),
    "classify_patterns": Request(450),
    "plot_patterns": Request(450, "model", 0.5),
    "correlate_genes": Request(450, "model", 0.5),
    "plot_coexpression": Request(400),
    "score_signatures": Request(450, "model", 8, 5, 0.1),
    "plot_signatures": Request(400),
    "check_claims": Request(450, "model", 8),
    "simulate_second_cohort": Request(250),
    "fit_second_cohort": Request(650),
    "replicate": Request(450),
    "plot_replication": Request(400),
    "compare_halves": Request(650, "model", 20, 15, 0.1, threads=4),
    "plot_performance": Request(400),
    "validate_risk": Request(300, minutes=30),
    "check_demo": Request(450),
    "write_provenance": Request(100),
    "build_workbook": Request(400, "model", 2),
    "build_report": Request(750, "model", 2),
    "write_h5ad": Request(450, "model", 1.5),
    "pack_report": Request(300),
}


def shared_threads(rule, jobs=2):
    """Threads of each of several jobs that run side by side, as a function of the cores.

    On this machine they share its cores: two jobs with a thread each get more done than one after
    the other with two, and a job that asks for every core waits until all others have ended. So
    two is the least, but for what takes longest in a large study, the shuffles of its only
    contrast. On a cluster, and in a job of a cluster, each has what was asked for.
    """
    wanted = REQUESTS[rule].threads

    def count(wildcards):
        if not (workflow.local_exec and workflow.is_main_process):
            return wanted
        return max(1, min(wanted, workflow.cores // jobs))

    return count


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
