"""``recurseq demo``: the built-in study with simulated patients, in a folder of the user's."""

from __future__ import annotations

import shutil
from pathlib import Path

from recurseq.base.places import SHIPPED
from recurseq.base.whole_file import whole_file
from recurseq.command.folder import PLACES, StudyFolder
from recurseq.command.terminal import say
from recurseq.io.bytes import fail

# As the configuration of the demo names them, from the folder of the study.
_FILES = ("samples.tsv", "markers.tsv", "gene_sets/liver_cancer.gmt")
_CONFIG = Path(PLACES[1])  # config/config.yaml


def write_demo(folder: Path) -> StudyFolder:
    """Copy the configuration of the demo and its files to a folder, unless they are there.

    Parameters
    ----------
    folder
        Made when it is missing; a demo that is there goes on where it was.

    Raises
    ------
    InputError
        When the folder is a file or holds something else.
    """
    if folder.exists() and not folder.is_dir():
        raise fail(str(folder), "is a file, not a folder", "a new folder for the demo study")
    target = folder / _CONFIG
    if target.is_file() and target.read_bytes() == (SHIPPED / _CONFIG.name).read_bytes():
        say(f"{folder}: the demo study is here already, and goes on where it was.")
        return StudyFolder(folder, target)
    if folder.is_dir() and any(folder.iterdir()):
        fix = "name a new folder: recurseq demo another_folder"
        raise fail(str(folder), "the folder is not empty", "a new folder for the demo study", fix)
    say(f"The demo study is written to {folder}. Its data are simulated: no patient is behind it.")
    for name in _FILES:
        copy = target.parent / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(SHIPPED / name, copy)
    with whole_file(target) as partial:  # last: with it the folder is a study
        shutil.copyfile(SHIPPED / _CONFIG.name, partial)
    return StudyFolder(folder, target)
