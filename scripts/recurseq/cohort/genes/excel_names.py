"""Gene names that Excel took for dates or numbers and stored as such."""

from __future__ import annotations

import re
from collections.abc import Iterable

_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|M[aä]r|Mrz|Mai|Okt|Dez)"
# 2-Sep and Sep-02 from SEPT2, 1. Mrz from MARCH1, 2.31E+13 from the clone 2310009E13
_CHANGED = re.compile(
    rf"^(?:\d{{1,2}}-{_MONTH}|{_MONTH}-\d{{2}}|\d{{1,2}}\. ?{_MONTH}"
    r"|\d{4}-\d{2}-\d{2}(?: 00:00:00)?|\d{1,2}[/.]\d{1,2}[/.]\d{2,4}|\d\.\d+E\+\d+)$",
    re.MULTILINE,  # all names in one text: a call for each takes long
)


def changed_by_excel(names: Iterable[str]) -> list[str]:
    """Return the names that are spelt as Excel spells dates and large numbers, each once."""
    return list(dict.fromkeys(_CHANGED.findall("\n".join(names))))
