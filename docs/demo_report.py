"""The demo's report for the documentation, and a picture of it: `make demo-report`.

Copies the report of a finished demo beside this file and opens it in Chromium without a window at
one gene of one contrast, as a reader finds it who has searched for it.
"""

import argparse
import base64
import io
import shutil
import tempfile
import time
from pathlib import Path

from PIL import Image

from recurseq.base.whole_file import whole_file
from support.browser import BROWSERS, Browser

DOCS = Path(__file__).parent
WIDTH, HEIGHT, SHARPER = 1280, 1560, 1.25
SETTLED = 3  # seconds that the page may take to unpack its genes and draw them, on a slow machine


def main() -> None:
    """Write ``docs/demo_report.html`` and ``docs/images/demo_report.png``."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("report", type=Path, help="report.html of a finished demo")
    asked.add_argument(
        "--at", default="early_vs_none/MT1M", help="what stands behind # in the link"
    )
    given = asked.parse_args()
    with whole_file(DOCS / "demo_report.html") as partial:
        shutil.copyfile(given.report, partial)
    with whole_file(DOCS / "images/demo_report.png") as partial:
        partial.write_bytes(_small(picture(DOCS / "demo_report.html", given.at)))


def picture(page: Path, place: str) -> bytes:
    """Return a PNG of what a window shows of a page that was opened at a place in it."""
    program = next(path for name in BROWSERS if (path := shutil.which(name)))
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = Browser(program, Path(profile))
        try:
            size = {"width": WIDTH, "height": HEIGHT, "deviceScaleFactor": SHARPER}
            browser.ask("Emulation.setDeviceMetricsOverride", mobile=False, **size)
            light = [{"name": "prefers-color-scheme", "value": "light"}]
            browser.ask("Emulation.setEmulatedMedia", features=light)
            browser.open(page.absolute(), place)
            time.sleep(SETTLED)
            return base64.b64decode(browser.ask("Page.captureScreenshot", format="png")["data"])
        finally:
            browser.close()


def _small(png: bytes) -> bytes:
    """Return the picture with 256 colours, a third of the bytes."""
    packed = io.BytesIO()
    Image.open(io.BytesIO(png)).convert("RGB").quantize(256).save(packed, "PNG", optimize=True)
    return packed.getvalue()


if __name__ == "__main__":
    main()
