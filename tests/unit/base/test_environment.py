"""The descriptions of the environment must agree with the lock file and with each other."""

import ast
import re
import shlex
import sys

import pytest
import yaml

CONDA_NAMES = {"matplotlib-base": "matplotlib"}
PYTHON_3_11 = "3.11"
# Run by the process that starts the rules, never by a rule's script.
STARTING = {
    "snakemake", "snakemake-executor-plugin-slurm", "snakemake-logger-plugin-rich", "pygments",
    "setuptools", "typer", "rich",
}  # fmt: skip
IMPORT_NAMES = {"yaml": "pyyaml"}
BROUGHT_BY = {"h5py": "anndata", "markupsafe": "jinja2"}


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
    assert named == {name: locked[name] for name in required_packages(repository) - STARTING}


def imported_packages(repository):
    """Packages that the scripts of the rules and their library import, by distribution."""
    found = set()
    for path in (repository / "scripts").rglob("*.py"):
        if "command" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module.split(".")[0])
    names = found - set(sys.stdlib_module_names) - {"recurseq"}
    return {IMPORT_NAMES.get(name, BROUGHT_BY.get(name, name)) for name in names}


def test_rules_import_what_their_environment_has_and_nothing_else(repository):
    assert imported_packages(repository) == required_packages(repository) - STARTING


def test_every_rule_with_a_script_names_the_environment(repository):
    for path in (repository / "workflow/rules").glob("*.smk"):
        text = path.read_text(encoding="utf-8")
        scripts = re.findall(r"^\s+script:", text, flags=re.MULTILINE)
        environments = re.findall(r"^\s+conda:\n\s+(.*)", text, flags=re.MULTILINE)
        assert environments == ['"../../envs/recurseq.yaml"'] * len(scripts)


def dockerfile(repository):
    """Instructions of the Dockerfile, lines joined."""
    text = (repository / "envs/Dockerfile").read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [tuple(line.split(maxsplit=1)) for line in lines]


def apptainer(repository):
    """Header and sections of the Apptainer recipe."""
    text = (repository / "envs/recurseq.def").read_text()
    head, *parts = re.split(r"^%(\w+)\n", text, flags=re.MULTILINE)
    header = dict(re.findall(r"^(\w+): (\S+)", head, flags=re.MULTILINE))
    sections = dict(zip(parts[::2], parts[1::2], strict=True))
    return header, {
        name: [line.strip() for line in body.splitlines() if line.strip()]
        for name, body in sections.items()
    }


def test_both_container_recipes_install_the_lock_in_the_same_way(repository):
    docker, (header, sections) = dockerfile(repository), apptainer(repository)
    base = dict(docker)["ARG"].removeprefix("BASE=docker.io/library/")
    assert header == {"Bootstrap": "docker", "From": base}
    assert re.fullmatch(rf"python:{PYTHON_3_11}\.\d+-slim-bookworm", base)
    steps = [
        " ".join(step.split())
        for name, rest in docker
        if name == "RUN"
        for step in rest.split("&&")
    ]
    assert steps.pop() == "useradd --create-home recurseq"
    assert steps == sections["post"]
    assert "--require-hashes --requirement /opt/recurseq/envs/requirements.lock" in steps[1]


def test_both_container_recipes_copy_the_same_files_that_exist(repository):
    docker, (_, sections) = dockerfile(repository), apptainer(repository)
    copied = {}
    for name, rest in docker:
        if name == "COPY":
            *sources, target = shlex.split(rest)
            for source in sources:
                copied[source] = target + source if target.endswith("/") else target
    assert copied == dict(line.split() for line in sections["files"])
    assert all((repository / source).exists() for source in copied)
    assert "envs/recurseq.yaml" in copied  # Snakemake reads it even where conda is not used
    ignored = (repository / ".dockerignore").read_text().splitlines()
    assert {line[1:] for line in ignored if line.startswith("!")} == set(copied)


def test_the_container_does_not_run_as_root(repository):
    assert dict(dockerfile(repository))["USER"] == "recurseq"


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
