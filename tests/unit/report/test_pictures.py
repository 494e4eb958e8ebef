"""Pictures in the page: shorter than their files, and drawn as they are."""

import base64
import re
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from matplotlib.figure import Figure

from recurseq.report.pictures import compact, data_uri, shown_size

TEXT = "a\u2009b \u2212 <c> & \"d\" 'e' 100%#1"


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    figure = Figure(figsize=(4, 3))
    axes = figure.subplots()
    axes.plot([0, 1, 2], [0.1234567, 0.7, 0.333], marker="o")
    axes.set_title(TEXT)
    folder = tmp_path_factory.mktemp("pictures")
    for name in ("one.svg", "one.png"):
        figure.savefig(folder / name, dpi=50)
    return folder


def numbers(text):
    return [float(one) for one in re.findall(r"-?\d+\.?\d*(?:e-?\d+)?", text)]


def test_a_shorter_picture_draws_the_same(drawn):
    whole = (drawn / "one.svg").read_text(encoding="utf-8")
    short = compact(whole)
    assert len(short) < 0.9 * len(whole)
    drawing = re.sub("<metadata>.*</metadata>", "", whole, flags=re.DOTALL)
    before, after = (list(ElementTree.fromstring(text).iter()) for text in (drawing, short))
    assert [one.tag for one in before] == [one.tag for one in after]
    for old, new in zip(before, after, strict=True):
        assert old.attrib.keys() == new.attrib.keys()
        assert (old.text or "").strip() == (new.text or "").strip()
        for name, value in old.attrib.items():
            if name in ("d", "x", "y"):
                assert re.findall("[A-Za-z]", value) == re.findall("[A-Za-z]", new.attrib[name])
                assert numbers(new.attrib[name]) == pytest.approx(numbers(value), abs=0.005001)
            else:
                assert value.replace(" ", "") == new.attrib[name].replace(" ", "")


def test_a_uri_holds_the_picture_and_no_sign_of_html(drawn):
    uri = data_uri(drawn / "one.svg")
    start, text = uri.split(",", 1)
    assert start == "data:image/svg+xml" and not set("<>\"'&#\n") & set(text)
    assert unquote(text) == compact((drawn / "one.svg").read_text(encoding="utf-8"))
    start, text = data_uri(drawn / "one.png").split(",")
    assert start == "data:image/png;base64"
    assert base64.b64decode(text) == (drawn / "one.png").read_bytes()


def test_sizes_are_those_of_the_files(drawn, tmp_path):
    assert shown_size(drawn / "one.svg") == (384, 288)  # 4 x 3 inches of 96 pixels
    assert shown_size(drawn / "one.png") == (200, 150)
    (tmp_path / "other.svg").write_text('<svg viewBox="0 0 4 3"></svg>')
    assert shown_size(tmp_path / "other.svg") is None
