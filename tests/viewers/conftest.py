"""The environment with scanpy and MultiQC, which `make test-viewers` sets up."""

import subprocess
from pathlib import Path

import pytest

from support.paths import REPOSITORY

VIEWERS = REPOSITORY / ".venv-viewers/bin"


@pytest.fixture(scope="session")
def viewers():
    """Run a program of that environment; its output, when it ends well."""
    if not (VIEWERS / "multiqc").is_file():
        pytest.skip("scanpy and MultiQC are not set up: make test-viewers")

    def run(program: str, *arguments: str | Path, folder: Path) -> str:
        command = [str(VIEWERS / program), *map(str, arguments)]
        ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout + ended.stderr

    return run
