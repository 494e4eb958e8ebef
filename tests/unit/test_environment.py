"""The two descriptions of the environment must name the same versions."""

import re

import pytest
import yaml

CONDA_NAMES = {"matplotlib-base": "matplotlib"}
PYTHON_3_11 = "3.11"


def locked_versions(repository):
    """Versions of the lock file that apply to Python 3.11."""
    versions = {}
    for line in (repository / "envs/requirements.lock").read_text().splitlines():
        match = re.match(r"([a-z0-9._-]+)==(\S+)(?: ; (.*?))? \\$", line)
        if match and ">= '3.12'" not in (match[3] or ""):
            versions[match[1]] = match[2]
    return versions


def required_packages(repository):
    text = (repository / "envs/requirements.in").read_text()
    pipeline = text.split("# Development")[0]
    return set(re.findall(r"^([a-z0-9-]+)", pipeline, flags=re.MULTILINE))


def test_conda_environment_has_the_locked_versions(repository):
    environment = yaml.safe_load((repository / "envs/recurseq.yaml").read_text())
    locked = locked_versions(repository)
    named = {}
    for entry in environment["dependencies"]:
        name, version = entry.split(" =")
        named[CONDA_NAMES.get(name, name)] = version
    assert named.pop("python") == PYTHON_3_11
    assert named == {name: locked[name] for name in required_packages(repository)}


def test_lock_has_a_hash_for_every_package_and_no_address(repository):
    text = (repository / "envs/requirements.lock").read_text()
    packages = re.findall(r"^[a-z0-9._-]+==.*$", text, flags=re.MULTILINE)
    blocks = re.split(r"^(?=[a-z0-9._-]+==)", text, flags=re.MULTILINE)[1:]
    assert len(blocks) == len(packages) > 50
    assert all("--hash=sha256:" in block for block in blocks)
    assert "://" not in text and "index" not in text.replace("--no-emit-index-url", "")


@pytest.mark.parametrize("name", ["CITATION.cff", "CHANGELOG.md"])
def test_version_is_the_same_everywhere(repository, name):
    version = (repository / "scripts/recurseq/VERSION").read_text().strip()
    assert version in (repository / name).read_text()
