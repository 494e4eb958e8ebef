"""What of the clinical sections decides which columns are read."""

import copy

from recurseq.clinical.names import used_columns
from recurseq.clinical.read_settings import clinical_settings
from recurseq.study.clinical_names import clinical_sections, naming_part
from recurseq.study.defaults import with_defaults
from support.clinical_study import CONFIG, simulate


def sections(**changes):
    config = copy.deepcopy(CONFIG)
    for section, (name, key, value) in changes.items():
        config[section][name][key] = value
    return clinical_sections(with_defaults(config))


def test_the_same_columns_are_read():
    header = list(simulate()[0].columns)
    full = sections(survival=("dfs", "strata", ["centre"]), models=("os", "cluster", "centre"))
    whole, part = (clinical_settings(one) for one in (full, naming_part(full)))
    assert used_columns(part, header) == used_columns(whole, header)
    assert part.known_at == whole.known_at


def test_what_names_no_column_changes_nothing():
    plain = naming_part(sections())
    assert naming_part(sections(survival=("dfs", "at", [6]))) == plain
    assert naming_part(sections(models=("os", "ties", "breslow"))) == plain
    assert naming_part(sections(models=("os", "terms", ["age", "bclc"]))) != plain


def test_how_a_risk_model_is_judged_names_no_column():
    """Else another number of resamples would have the table of patients read anew."""
    config = copy.deepcopy(CONFIG) | {"risk": {"os": {"model": "os", "horizon": 24}}}
    changed = copy.deepcopy(config)
    changed["risk"]["os"] |= {"bootstrap": 999, "tree": {}, "decision": [0.1, 0.2]}
    kept = [naming_part(clinical_sections(with_defaults(one))) for one in (config, changed)]
    assert kept[0] == kept[1] and "risk" in kept[0]
