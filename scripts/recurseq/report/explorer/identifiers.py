"""Identifiers of genes as few bytes: ENSG00000000003.15 is a number and an ending."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from recurseq.report.explorer.numbers import levels_of

_PARTS = re.compile(r"(.*?\D)(\d{1,15})(\.\d+)?", re.DOTALL)


def coded_ids(ids: Sequence[str]) -> tuple[list[str] | dict, dict[str, np.ndarray]]:
    """Code identifiers, if they are alike: letters, digits of one number, an ending as .15.

    Parameters
    ----------
    ids
        Identifiers, in the order of the page.

    Returns
    -------
    (list of str or dict, dict)
        The identifiers themselves, and no array; or ``start``, ``digits`` and ``endings``, and two
        arrays: what each number is above the one before (``idSteps``), and the place of the ending
        (``idEnding``).
    """
    parts = [_PARTS.fullmatch(one) for one in ids]
    if not ids or not all(parts) or len({(p[1], len(p[2])) for p in parts}) > 1:
        return list(ids), {}
    steps = np.diff([int(part[2]) for part in parts], prepend=0)
    if np.abs(steps).max() > np.iinfo(np.int32).max:
        return list(ids), {}
    endings, places = levels_of([part[3] for part in parts])
    told = {"start": parts[0][1], "digits": len(parts[0][2]), "endings": endings}
    return told, {"idSteps": steps.astype(np.int32), "idEnding": places}
