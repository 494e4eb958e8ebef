"""``recurseq predict``: the risk of one patient, from the numbers of a risk model alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from recurseq.base.errors import Problem, raise_if_any
from recurseq.base.text import capital, few, suggest
from recurseq.command.folder import StudyFolder, advised
from recurseq.command.terminal import heading, say, show_table
from recurseq.io.bytes import fail
from recurseq.risk.asking import allowed, answer, read_values
from recurseq.risk.files import MODEL
from recurseq.risk.risk_model import RiskModel
from recurseq.risk.ticks import written
from recurseq.risk.words import horizon_text, interval_text, made_with, title_of


def predict(folder: StudyFolder, name: str | None, pairs: Sequence[str]) -> None:
    """Tell the risk of a patient; without values, the variables that it needs.

    Parameters
    ----------
    folder
        The study.
    name
        The risk model; None where there is one only.
    pairs
        ``variable=value``.

    Raises
    ------
    InputError
        For an unknown model, and for values that the model knows nothing of.
    """
    path = _file(folder, name)
    model = RiskModel.read(path)
    if model is None:
        why = f"why stands in {folder.results / 'clinical' / 'cautions.tsv'}"
        raise fail(path.parent.name, "this risk model could not be made", "another one", why)
    texts = _texts(pairs)
    if model.simulated:
        say("Simulated data: no patient is behind these numbers.", "bold")
    if not texts and model.variables:
        _show_variables(model, folder)
    else:
        _show_answer(model, read_values(model, texts))


def _file(folder: StudyFolder, name: str | None) -> Path:
    """Return the model's file: one of those that are there, whatever was typed."""
    paths = sorted(folder.results.glob(MODEL.format(risk_model="*")))
    found = {path.parent.name: path for path in paths}
    if not found:
        fix = f"run a study with the section risk: {advised('run', folder.path)}"
        raise fail(str(folder.path), "there is no risk model yet", "a study that has run", fix)
    if name is None and len(found) == 1:
        return next(iter(found.values()))
    if name not in found:
        what = "which risk model is not said" if name is None else f"{name!r} is no risk model"
        fix = "" if name is None else suggest(name, found)
        raise fail("--risk", what, f"one of {few(found, 12)}", fix)
    return found[name]


def _texts(pairs: Sequence[str]) -> dict[str, str]:
    problems, texts = [], {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            problems.append(Problem(pair, "no value", "variable=value, such as age=50"))
        elif name in texts:
            problems.append(Problem(name, "is given twice", "one value"))
        texts[name] = value
    raise_if_any(problems)
    return texts


def _show_variables(model: RiskModel, folder: StudyFolder) -> None:
    say(f"{title_of(model)}, {made_with(model)}. It needs:")
    rows = [(name, allowed(model, name)) for name in model.variables]
    show_table(("variable", "allowed"), rows)
    example = " ".join(f"{name}=…" for name in model.variables)
    say(f"Then: {advised('predict', folder.path)} --risk {model.name} {example}")


def _show_answer(model: RiskModel, values: Mapping[str, object]) -> None:
    found = answer(model, values)
    heading(f"{title_of(model)}{horizon_text(model)}")
    rows = [
        ("risk", f"{found.risk:.10f}", f"{found.risk:.1%}"),
        ("lower", f"{found.lower:.10f}", f"{found.lower:.1%}"),
        ("upper", f"{found.upper:.10f}", f"{found.upper:.1%}"),
        ("linear predictor", f"{found.linear:.10f}", ""),
        ("points", f"{found.points:.6f}", f"of {found.most:.1f}"),
    ]
    show_table(("", "exact", "rounded"), rows)
    if found.parts:
        say()
        shown = [
            (
                ", ".join(f"{name}={written(values[name])}" for name in names),
                f"{points:.2f}",
                f"{effect:.6f}",
            )
            for names, points, effect in found.parts
        ]
        show_table(("term", "points", "linear predictor"), shown)
    say()
    say(f"{interval_text(model)} {capital(made_with(model))}.")
    say("For research; not a medical device.")
