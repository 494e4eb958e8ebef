"""A browser without a window, spoken to over two pipes (the protocol of its developer tools)."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
from itertools import count
from pathlib import Path

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--mute-audio"),
    *("--disable-dev-shm-usage", "--disable-background-networking", "--remote-debugging-pipe"),
)
START = """
import os, sys
for given, wanted in zip(sys.argv[1:3], (3, 4)):
    os.dup2(int(given), wanted)
os.execv(sys.argv[3], sys.argv[3:])
"""


class Browser:
    """One page; `events` holds all that the browser told of it."""

    def __init__(self, program: str, profile: Path):
        ends = [*os.pipe(), *os.pipe()]
        self._write, self._read = ends[1], ends[2]
        # Out of the way of 3 and 4, from which the browser reads and to which it writes.
        given = [fcntl.fcntl(end, fcntl.F_DUPFD, 10) for end in (ends[0], ends[3])]
        arguments = [program, *FLAGS, f"--user-data-dir={profile}", "about:blank"]
        self.process = subprocess.Popen(
            [sys.executable, "-c", START, *map(str, given), *arguments],
            pass_fds=given,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for end in (ends[0], ends[3], *given):
            os.close(end)
        self._numbers, self._rest = count(1), b""
        self.events: list[dict] = []
        self._session: str | None = None
        targets = self.ask("Target.getTargets")["targetInfos"]
        page = next(one["targetId"] for one in targets if one["type"] == "page")
        asked = self.ask("Target.attachToTarget", targetId=page, flatten=True)
        self._session = asked["sessionId"]
        for domain in ("Page", "Network", "Log", "Runtime"):
            self.ask(f"{domain}.enable")

    def _message(self) -> dict:
        while b"\0" not in self._rest:
            more = os.read(self._read, 1 << 16)
            if not more:
                raise RuntimeError("the browser has ended")
            self._rest += more
        text, _, self._rest = self._rest.partition(b"\0")
        return json.loads(text)

    def ask(self, method: str, **parameters: object) -> dict:
        """Send a command and return what it returned."""
        message = {"id": next(self._numbers), "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            found = self._message()
            if found.get("id") == message["id"]:
                assert "error" not in found, found
                return found["result"]
            self.events.append(found)

    def open(self, path: Path, place: str = "") -> None:
        """Show a file, at a place in it, and wait until it is loaded."""
        self.ask("Page.navigate", url=path.as_uri() + (f"#{place}" if place else ""))
        while not any(one.get("method") == "Page.loadEventFired" for one in self.events):
            self.events.append(self._message())

    def run(self, code: str) -> object:
        """Return the value of an expression in the page."""
        found = self.ask("Runtime.evaluate", expression=code, returnByValue=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def of(self, method: str) -> list[dict]:
        """Parameters of the events of one kind."""
        return [one["params"] for one in self.events if one.get("method") == method]

    def close(self) -> None:
        """End the browser."""
        self.process.terminate()
        self.process.wait(timeout=30)
        os.close(self._read)
        os.close(self._write)


def program(*names: str) -> str:
    """The first of these programs that is there; without any, the test is skipped."""
    found = next((path for name in names if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip(f"none of {', '.join(names)} is installed")
    return found
