"""The folder of a study: where its configuration is, and how it is read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from recurseq.errors import InputError
from recurseq.files import fail

REPOSITORY = Path(__file__).resolve().parents[3]
SNAKEFILE = REPOSITORY / "Snakefile"
PLACES = ("config.yaml", "config/config.yaml")


@dataclass(frozen=True)
class StudyFolder:
    """A study on disk: its folder, as the user named it, and the path of its configuration."""

    path: Path
    config_path: Path

    @property
    def results(self) -> Path:
        """Where everything that a run makes lies."""
        return self.path / "results"


def open_folder(path: Path) -> StudyFolder:
    """Find the configuration of a study.

    Raises
    ------
    InputError
        When there is no such folder, or no configuration in it.
    """
    if not path.is_dir():
        found = "is a file, not a folder" if path.exists() else "the folder does not exist"
        raise fail(str(path), found, "the folder of a study", _start(path))
    for place in PLACES:
        if (path / place).is_file():
            return StudyFolder(path, path / place)
    raise fail(str(path), "there is no config.yaml in the folder", "", _start(path))


def _start(path: Path) -> str:
    return f"make one with: recurseq init {path} --counts <file> --samples <file>"


def read_config(path: Path) -> dict:
    """Read a configuration as Snakemake does, without ever running any of it.

    Raises
    ------
    InputError
        When the file cannot be read, is no YAML, or would be run as a template.
    """
    try:
        config = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise fail(str(path), f"cannot be read ({error})", "UTF-8 text") from None
    except yaml.YAMLError as error:
        raise _not_yaml(path, error) from None
    except RecursionError:
        raise fail(str(path), "is nested too deeply", "a configuration") from None
    if not isinstance(config, dict):
        raise fail(str(path), "holds no keys", "sections such as study, counts and samples")
    if "__use_yte__" in config:
        fix = "write the values themselves"
        raise fail(str(path), "'__use_yte__' would run code that stands in it", "plain YAML", fix)
    return config


def _not_yaml(path: Path, error: yaml.YAMLError) -> InputError:
    mark = getattr(error, "problem_mark", None)
    where = f"{path}, line {mark.line + 1}" if mark else str(path)
    found = f"is not YAML: {getattr(error, 'problem', None) or error}"
    fix = "look for a tab, a missing blank after a colon, or a quotation mark that is not closed"
    return fail(where, found, "keys and values, indented by blanks", fix)
