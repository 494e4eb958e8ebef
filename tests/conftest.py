"""Fixtures shared by all tests."""

from pathlib import Path

import pytest

from support.paths import REPOSITORY


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
