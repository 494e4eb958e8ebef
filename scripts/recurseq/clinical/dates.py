"""Dates as the configuration says they are written; the order of day and month is never guessed."""

from __future__ import annotations

import re
from datetime import date, timedelta

import numpy as np
import pandas as pd

from recurseq.base.errors import Problem
from recurseq.clinical.cells import bad_cells

EARLIEST = date(1900, 1, 1)
EXCEL_ORIGIN = date(1899, 12, 30)  # Excel takes 1900 for a leap year
# A cell that a spreadsheet keeps as a date arrives in this form, whatever the user's own is.
SPREADSHEET = re.compile(r"(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2}) 00:00:00")
PATTERNS = {
    "iso": re.compile(r"(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})"),
    "ymd": re.compile(r"(?P<y>\d{4})([-/. ]?)(?P<m>\d{1,2})\2(?P<d>\d{1,2})"),
    "dmy": re.compile(r"(?P<d>\d{1,2})([-/. ])(?P<m>\d{1,2})\2(?P<y>\d{4})"),
    "mdy": re.compile(r"(?P<m>\d{1,2})([-/. ])(?P<d>\d{1,2})\2(?P<y>\d{4})"),
    "excel": re.compile(r"(?P<serial>\d{1,6})(\.0+)?"),
}
EXAMPLES = {
    "iso": "dates such as 2020-04-03",
    "ymd": "dates such as 2020/04/03, year first",
    "dmy": "dates such as 03.04.2020, day first",
    "mdy": "dates such as 04/03/2020, month first",
    "excel": "Excel's numbers of days, such as 43924",
}


def read_dates(where: str, texts: pd.Series, form: str) -> tuple[pd.Series, list[Problem]]:
    """Read a column of dates.

    Parameters
    ----------
    where
        File and column, for messages.
    texts
        Cells by row number; missing ones are missing.
    form
        How they are written: a key of `PATTERNS`.

    Returns
    -------
    (pandas.Series, list of Problem)
        Days as ``datetime64[s]``, missing where there is none, and what could not be read.
    """
    known = {text: _parsed(text, form) for text in texts.dropna().unique()}
    dates = texts.map(known)
    days = pd.to_datetime(dates, errors="coerce").astype("datetime64[s]")
    unread = texts.notna() & dates.isna()
    today = date.today()
    early = dates.map(lambda day: isinstance(day, date) and day < EARLIEST).astype(bool)
    future = dates.map(lambda day: isinstance(day, date) and day > today).astype(bool)
    fix = "say in clinical.dates how they are written; it is not guessed"
    return days, [
        *bad_cells(where, texts, unread, "are no such dates", EXAMPLES[form], fix),
        *bad_cells(where, texts, future, "lie in the future", "dates up to today"),
        *bad_cells(where, texts, early, f"lie before {EARLIEST.year}", "plausible dates"),
    ]


def _parsed(text: str, form: str) -> date | None:
    found = SPREADSHEET.fullmatch(text) or PATTERNS[form].fullmatch(text)
    if found is None:
        return None
    parts = found.groupdict()
    try:
        if "serial" in parts:
            return EXCEL_ORIGIN + timedelta(days=int(parts["serial"]))
        return date(int(parts["y"]), int(parts["m"]), int(parts["d"]))
    except (ValueError, OverflowError):
        return None


def as_iso(days: pd.Series) -> pd.Series:
    """Write days as ISO text; missing ones stay missing."""
    return days.dt.strftime("%Y-%m-%d").astype(object).where(days.notna(), None)


def days_between(start: pd.Series, end: pd.Series) -> np.ndarray:
    """Return the number of days from one date to another; missing where either is."""
    return (end - start).dt.total_seconds().to_numpy(dtype=float) / 86_400
