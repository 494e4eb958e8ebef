"""What axe-core has against a page that is open in a browser."""

from __future__ import annotations

from importlib.resources import files

from support.browser import Browser

AXE = (files("axe_core_python") / "axe.min.js").read_text(encoding="utf-8")
AUDIT = """axe.run(document, {resultTypes: ["violations"]}).then((found) => found.violations.map(
  (one) => [one.id, one.nodes.length, one.nodes[0].html.slice(0, 200)]))"""


def violations(browser: Browser) -> list:
    """Name the rules that the page breaks, with every part of it unfolded."""
    browser.run(f"{AXE};0")
    browser.run("document.querySelectorAll('main details').forEach((one) => { one.open = true; })")
    asked = browser.ask("Runtime.evaluate", expression=AUDIT, awaitPromise=True, returnByValue=True)
    return asked["result"]["value"]
