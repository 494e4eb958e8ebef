"""``recurseq open``: the report in the browser, or its path where there is no display."""

from __future__ import annotations

import os
import sys
import webbrowser
from pathlib import Path

from recurseq.command.folder import advised, open_folder
from recurseq.command.terminal import say, say_whole
from recurseq.io.bytes import fail
from recurseq.report.results import PAGE


def show_report(directory: Path) -> None:
    """Open the report of a study.

    Raises
    ------
    InputError
        When the study has no report yet.
    """
    report = open_folder(directory).results / PAGE
    if not report.is_file():
        fix = f"run the study: {advised('run', directory)}"
        raise fail(str(report), "there is no report yet", "", fix)
    if has_display() and webbrowser.open(report.resolve().as_uri()):
        say_whole(f"Opened in the browser: {report}")
        return
    say("There is no display here. The report is one file; open or copy it:")
    say_whole(report.resolve())


def has_display() -> bool:
    """Whether a browser would have a screen to show the page on."""
    if sys.platform in ("win32", "darwin"):
        return "SSH_CONNECTION" not in os.environ
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME"))
