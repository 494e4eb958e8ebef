"""Small count files, and what reading them must say."""

import pytest

from recurseq.base.errors import InputError
from recurseq.cohort.readers.read import read_counts


def written(folder, text, name="counts.tsv"):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def problem_of(path=None, **options):
    with pytest.raises(InputError) as caught:
        read_counts(path, **options)
    assert len(caught.value.problems) >= 1
    return caught.value.problems[0]
