"""Fixtures of the tests that run the pipeline."""

import pytest

from support.small_study import StudyFolder, make_study


@pytest.fixture
def new_study(tmp_path) -> StudyFolder:
    """A complete small study that has not run."""
    return make_study(tmp_path)
