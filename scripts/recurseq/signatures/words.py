"""What a test of a signature says, in a sentence."""

from __future__ import annotations

from collections.abc import Mapping

from recurseq.base.text import listed

MEANINGS = {
    "remains": "called with {proxies} held equal too",
    "explained": "with {proxies} held equal {left} of it is left: what the samples are made of "
    "explains it",
    "unclear": "with {proxies} held equal {left} of it is left, with an interval {wider} times as "
    "wide: the study cannot tell whether what the samples are made of explains it",
    "appears": "called in this direction only with {proxies} held equal",
    "none": "not called, with or without {proxies} held equal",
}


def remark(row: Mapping[str, object], absent: Mapping[str, str], reason: str) -> str | None:
    """Write the note of a row of the table ``signature_tests``.

    Parameters
    ----------
    row
        The row, with ``wider``: how many times the unscaled standard error grew.
    absent
        Proxy to why the score is not adjusted for it.
    reason
        Why there is no adjusted test; empty when there is one.
    """
    parts = [reason]
    if row["remains"] is not None:
        ratio = row["adjustedEstimate"] / row["estimate"] if row["estimate"] else 0.0
        words = {
            "proxies": listed(str(row["adjustedFor"]).split(";")),
            "left": f"{100 * ratio:.0f} %" if ratio > 0 else "nothing",
            "wider": f"{row['wider']:.1f}",
        }
        parts = [MEANINGS[row["remains"]].format(**words)]
    parts += [f"not adjusted for {name}: {why}" for name, why in absent.items()]
    return "; ".join(part for part in parts if part) or None
