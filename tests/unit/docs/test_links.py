"""README and docs: links lead somewhere, and the commands shown are those that exist."""

import re

import pytest
from typer.testing import CliRunner

from recurseq.command.app import app
from support.paths import REPOSITORY

PAGES = sorted(
    [REPOSITORY / "README.md", REPOSITORY / "config/README.md", *(REPOSITORY / "docs").glob("*.md")]
)


def anchors(path):
    text = path.read_text(encoding="utf-8")
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    headings = {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}
    return headings | set(re.findall(r'<a id="([^"]+)"></a>', text))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_link_leads_to_a_file_and_a_heading(page):
    text = page.read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]
    for link in links:
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), f"{page.name}: {link}"
        if anchor:
            assert anchor in anchors(target), f"{page.name}: {link}"


def test_every_page_can_be_reached_from_the_readme():
    text = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    for page in (REPOSITORY / "docs").glob("*.md"):
        assert f"(docs/{page.name})" in text, page.name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_commands_and_flags_that_are_shown_exist(page):
    text = page.read_text(encoding="utf-8")
    code = "\n".join(re.findall(r"```.*?```", text, re.DOTALL))
    shown = re.findall(r"^ *(?:\$ )?recurseq (\w+)(.*(?:\\\n.*)*)", code, re.MULTILINE)
    shown += re.findall(r"`(?:recurseq )?(init|run|check|demo|open|explain)( [^`]+)`", text)
    for command, rest in shown:
        if command == "found":
            continue  # the beginning of a message
        ended = CliRunner().invoke(app, [command, "--help"])
        assert ended.exit_code == 0, f"{page.name}: recurseq {command}"
        for flag in re.findall(r"(?<= )--\w[\w-]*", rest.split(" -- ")[0].split("#")[0]):
            assert flag in ended.output, f"{page.name}: recurseq {command} {flag}"


def test_the_readme_names_the_two_commands_of_a_checkout():
    text = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    for command in ("demo", "test"):
        assert re.search(rf"^make {command}\b", text, re.MULTILINE)
        assert re.search(rf"^{command}: ", makefile, re.MULTILINE)
