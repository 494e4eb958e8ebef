"""Every hostile case by its name, and those that need a process of their own."""

from support.hostile import (
    cases_clinical,
    cases_config,
    cases_counts,
    cases_files,
    cases_sheet,
)

KINDS = {
    "configuration": cases_config.CASES,
    "sheet": cases_sheet.CASES,
    "counts": cases_counts.CASES,
    "patients": cases_clinical.CASES,
    "other files": cases_files.CASES,
}
BY_NAME = {case.name: case for cases in KINDS.values() for case in cases}
BY_NAME |= {case.name: case for case in cases_config.IN_A_JOB}
assert len(BY_NAME) == sum(map(len, KINDS.values())) + len(cases_config.IN_A_JOB)

# What only a process shows: its standard input, the encoding of its terminal, its stack and its
# memory, what C libraries do with their streams, and that it ends.
IN_A_PROCESS = (
    *("counts are the terminal", "half a surrogate", "title in two directions"),
    *("sections in sections in sections", "bomb of sections", "matrix is a bomb"),
    *("workbook with an XML bomb", "matrix a device", "matrix a pipe", "HDF5 of nothing"),
)
