"""Fixtures shared by all tests."""

from pathlib import Path

import pytest

from support import finished
from support.paths import REPOSITORY
from support.small_study import StudyFolder


def pytest_collection_modifyitems(items):
    """Whole runs first, so that no worker begins a long file when the others are at their end."""
    items.sort(key=lambda item: item.get_closest_marker("workflow") is None)


@pytest.fixture(scope="session")
def repository() -> Path:
    return REPOSITORY


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real cohorts and R tables that lie beside a development checkout, never inside it."""
    folder = REPOSITORY.parent / "shared"
    if not (folder / "reference").is_dir():
        pytest.skip("development data (../shared) is not beside this checkout")
    return folder


@pytest.fixture(scope="session")
def finished_study(tmp_path_factory) -> StudyFolder:
    """The small study after a complete run; to look at, and to copy before it is changed."""
    return StudyFolder.read(finished.once(tmp_path_factory, "small", finished.small_study))


@pytest.fixture(scope="session")
def finished_demo(tmp_path_factory) -> StudyFolder:
    """The shipped demo after a complete run; to look at, and to copy before it is changed."""
    return StudyFolder.read(finished.once(tmp_path_factory, "demo", finished.demo))
