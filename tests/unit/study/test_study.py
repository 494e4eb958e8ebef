"""Studies: the schema, the sheet, and everything cross-checked, without reading counts."""

import pandas as pd
import pytest

from recurseq.base.errors import InputError
from recurseq.io.sheets import read_sheet
from recurseq.study import (
    config_problems,
    load_study,
    read_samples,
    study_problems,
    usable_part,
)
from recurseq.study.remarks import study_notes

SHEET = """sample_id\tgroup\tbatch\tage\tsex
S-1\tnormal\tb1\t60\tF
2\tnormal\tb2\t61\tM
S.3\tearly\tb1\t62\tF
S4\tearly\tb2\t63\tM
S5\tlate\tb1\t64\tF
S6\tlate\tb2\t75\tM
S7\tlate\tb2\t75\tF
S8\tearly\tb1\t71\tM
"""


@pytest.fixture
def build(tmp_path):
    """Write a sheet and return (config, problems-of-config function)."""

    def write(changes=None, sheet=SHEET):
        path = tmp_path / "samples.tsv"
        path.write_text(sheet, encoding="utf-8")
        config = {
            "study": {"title": "t"},
            "counts": {"path": "counts.tsv"},
            "samples": {"path": str(path)},
            "design": {"formula": "~ group", "levels": {"group": ["normal", "late", "early"]}},
            "contrasts": {"a": {"factor": "group", "numerator": "early", "denominator": "late"}},
        }
        for place, value in (changes or {}).items():
            section = config
            *parents, last = place.split(".")
            for key in parents:
                section = section.setdefault(key, {})
            section[last] = value
        return config

    return write


def problems_of(config):
    found = config_problems(config)
    return found or study_problems(load_study(config))


def test_a_good_study_has_no_problem(build):
    assert problems_of(build()) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"testing.alhpa": 0.1}, ["config: testing", "'alhpa'", "did you mean 'alpha'?"]),
        ({"testing.alpha": 1.5}, ["config: testing.alpha", "1.5", "below 1"]),
        ({"testing.alpha": "x"}, ["config: testing.alpha", "'x'", "number"]),
        ({"testing.shrinkage": "apeglmm"}, ["did you mean 'apeglm'?", "one of apeglm, none"]),
        ({"counts": {}}, ["config: counts", "either path, or directory"]),
        ({"counts": {"path": "a", "directory": "b"}}, ["config: counts", "'path', 'directory'"]),
        ({"contrasts": {"../x": {"coefficients": {"a": 1}}}}, ["'../x'", "letters, digits"]),
        ({"contrasts": {1: {"coefficients": {"a": 1}}}}, ["the name 1", "number", "quotes"]),
        ({"contrasts": {False: {"coefficients": {"a": 1}}}}, ["the name False", "quotes"]),
        ({"design.levels": {2: ["a", "b"]}}, ["config: design.levels", "the name 2", "quotes"]),
        ({"contrasts.a": {"factor": "group"}}, ["contrasts.a", "coefficients"]),
        ({"design.levels": {"group": [False, True]}}, ["design.levels.group.0", "quotes"]),
        ({"filter.min_samples": "all"}, ["filter.min_samples", "'all'", "auto"]),
        ({"design.formula": "~ log(group)"}, ["design.formula", "'('", "column names"]),
        ({"design.formula": "~ grup"}, ["'grup' is not a column", "did you mean 'group'?"]),
        (
            {"design.levels": {"group": ["normal", "late", "erly"]}},
            ["'early' (samples 'S.3', 'S4', 'S8')", "did you mean 'erly'?", "no sample has 'erly'"],
        ),
        (
            {"contrasts.a.numerator": "earli"},
            ["contrasts.a.numerator", "'earli'", "normal, late, early", "did you mean 'early'?"],
        ),
        ({"contrasts.a.denominator": "early"}, ["contrasts.a", "'early' on both sides"]),
        ({"contrasts.a.factor": "sex"}, ["contrasts.a.factor", "'sex' is not in the design"]),
        (
            {"design.formula": "~ age + group", "contrasts.a.factor": "age"},
            ["'age' holds numbers", "coefficients: {age: 1}"],
        ),
        ({"contrasts.b": {"coefficients": {"group[erly]": 1}}}, ["did you mean 'group[early]'?"]),
        ({"contrasts.b": {"coefficients": {"group[early]": 0}}}, ["all weights are 0"]),
        (
            {"design.formula": "~ 0 + group", "contrasts.b": {"coefficients": {"group[early]": 1}}},
            ["contrasts.b.coefficients", "level of expression", "sum to 0"],
        ),
        ({"contrasts.b": {"coefficients": {"Intercept": 1}}}, ["level of expression"]),
        ({"design.formula": "~ sex * group"}, ["'group' interacts with 'sex'", "within"]),
        (
            {"design.formula": "~ sex * group", "contrasts.a.within": {"sex": "X"}},
            ["contrasts.a.within.sex", "'X'", "F, M"],
        ),
        ({"contrasts.a.within": {"sex": "F"}}, ["'sex' does not interact"]),
        ({"omnibus.reduced": "~ batch"}, ["omnibus.reduced", "'batch' not in the design"]),
        ({"omnibus.reduced": "~ group"}, ["omnibus.reduced", "not a smaller part"]),
        (
            {"enrichment": {"collections": {"h": "h.gmt"}, "min_size": 600}},
            ["enrichment.min_size", "600", "max_size is 500"],
        ),
        (
            {
                "enrichment": {"collections": {"h": "h.gmt"}, "rank_by": "shrunkenLog2FoldChange"},
                "testing.shrinkage": "none",
            },
            ["enrichment.rank_by", "testing.shrinkage is 'none'"],
        ),
        ({"samples.id": "sample"}, ["'sample' is not a column", "did you mean 'sample_id'?"]),
        ({"samples.keep": {"group": ["normal", "lte"]}}, ["samples.keep", "did you mean 'late'?"]),
        ({"samples.keep": {"grp": ["normal"]}}, ["'grp' is not a column"]),
        ({"samples.keep": {"group": ["early"]}}, ["only one value ('early') among the 3"]),
        ({"samples.path": "nowhere.tsv"}, ["nowhere.tsv", "does not exist"]),
    ],
)
def test_each_mistake_is_named_with_its_place(build, changes, words):
    text = str(InputError(problems_of(build(changes))))
    assert all(word in text for word in words), text


@pytest.mark.parametrize(
    ("formula", "weights"),
    [
        ("~ 0 + group", {"group[early]": 1, "group[late]": -0.5, "group[normal]": -0.5}),
        ("~ 0 + group + age", {"age": 10}),
        ("~ sex + group", {"group[early]": 1, "group[late]": -1}),
        ("~ sex * age", {"sex[M]:age": 1}),
    ],
)
def test_weights_that_compare_are_fine(build, formula, weights):
    config = build({"design.formula": formula, "contrasts": {"b": {"coefficients": weights}}})
    if "group" not in formula:
        config["design"].pop("levels")
    assert problems_of(config) == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("S5\tlate", "S4\tlate", ["lines 5, 6", "'S4' is listed twice"]),
        ("S5\tlate", " \tlate", ["line 6, column 'sample_id'", "found ''"]),
        ("S4\tearly", "S4\tNA", ["column 'group'", "no value for the samples 'S4'"]),
        ("b2\t75\tF", "b2\t75\tF\textra", ["line 8", "6 cells, the header has 5"]),
        ("batch", "group", ["column names used twice: 'group'"]),
    ],
)
def test_mistakes_in_the_sheet_are_named_with_their_line(build, old, new, words):
    assert old in SHEET
    text = str(InputError(problems_of(build(sheet=SHEET.replace(old, new)))))
    assert all(word in text for word in words), text


def test_a_column_called_sample_id_need_not_name_the_samples(build):
    sheet = SHEET.replace("sample_id\t", "library\t").replace("batch", "sample_id")
    assert problems_of(build({"samples.id": "library"}, sheet)) == []
    empty = sheet.replace("b1\t60", "\t60")  # in the column that is called sample_id
    assert problems_of(build({"samples.id": "library"}, empty)) == []
    found = problems_of(build({"samples.id": "library"}, sheet.replace("S-1", " ")))
    assert {problem.where.split(", ", 1)[1] for problem in found} == {"line 2, column 'library'"}


def test_confounded_columns_are_named(build):
    centre = {"normal": "c1", "early": "c2", "late": "c3"}
    lines = [line.split("\t") for line in SHEET.splitlines()]
    sheet = "".join("\t".join([*cells, centre.get(cells[1], "centre")]) + "\n" for cells in lines)
    found = problems_of(build({"design.formula": "~ centre + group"}, sheet))
    assert [problem.where for problem in found] == ["config: design.formula"] * 2
    assert "'group[late]'" in found[0].found and "'centre[c3]'" in found[0].found
    assert "'group[early]'" in found[1].found and "'centre[c2]'" in found[1].found
    assert "confounded" in found[0].fix


def test_more_coefficients_than_samples(build):
    lines = [line.split("\t") for line in SHEET.splitlines()]
    sheet = "".join(
        "\t".join([*cells, "patient" if i == 0 else f"P{i}"]) + "\n"
        for i, cells in enumerate(lines)
    )
    config = build({"design.formula": "~ patient", "design.levels": {}}, sheet)
    config["contrasts"] = {"a": {"coefficients": {"patient[P4]": 1}}}
    assert "8 coefficients for 8 samples" in str(InputError(problems_of(config)))


def test_the_sample_name_is_no_covariate(build):
    found = problems_of(build({"design.formula": "~ sample_id + group"}))
    assert "cannot be in the formula" in str(InputError(found))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("S4\t", "NA\t", ["line 5", "'NA'", "missing value"]),
        ("\tage\t", "\tsize_factor\t", ["column 'size_factor'", "rename"]),
    ],
)
def test_names_that_tables_or_model_need_for_themselves(build, old, new, words):
    found = problems_of(build(sheet=SHEET.replace(old, new)))
    assert len(found) == 1
    assert all(word in str(InputError(found)) for word in words)


def test_all_problems_come_at_once(build):
    changes = {
        "contrasts.a.numerator": "earli",
        "contrasts.b": {"factor": "group", "numerator": "nrmal", "denominator": "late"},
        "omnibus.reduced": "~ sex",
    }
    assert len(problems_of(build(changes, SHEET.replace("S5", "S4")))) == 4


def test_samples_are_typed_and_sorted(build):
    config = build({"design.formula": "~ age + batch + group"})
    samples = read_samples(load_study(config).cohort)
    assert list(samples.index) == sorted(samples.index) and "2" in samples.index
    assert list(samples["group"].cat.categories) == ["normal", "late", "early"]
    assert list(samples["batch"].cat.categories) == ["b1", "b2"]
    assert samples["age"].dtype == float and samples.loc["S6", "age"] == 75
    assert samples["sex"].dtype == object


def test_numbers_listed_as_levels_are_a_factor(build):
    sheet = SHEET.replace("\tb1\t", "\t1\t").replace("\tb2\t", "\t2\t")
    config = build({"design.formula": "~ batch + group", "design.levels.batch": [2, 1]}, sheet)
    assert problems_of(config) == []
    assert list(read_samples(load_study(config).cohort)["batch"].cat.categories) == ["2", "1"]


@pytest.mark.parametrize("separator", ["\t", ",", ";"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_sheets_of_every_separator_read_alike(tmp_path, separator, ending, bom):
    path = tmp_path / "sheet"
    text = bom + SHEET.replace("\t", separator).replace("\n", ending)
    path.write_bytes(text.encode("utf-8"))
    sheet = read_sheet(path)
    assert list(sheet.columns) == ["sample_id", "group", "batch", "age", "sex"]
    assert sheet["sample_id"].tolist()[:3] == ["S-1", "2", "S.3"]
    assert sheet.index.tolist() == list(range(2, 10))
    path.write_bytes(("\n \n" + text.removeprefix(bom)).encode("utf-8"))
    later = read_sheet(path)
    assert later.to_dict("list") == sheet.to_dict("list")
    assert later.index.tolist() == list(range(4, 12))


def test_spreadsheets_read_like_text(tmp_path):
    path = tmp_path / "sheet.xlsx"
    sheet = pd.DataFrame({"sample_id": [1, 2], "age": [60.5, 61], "": ["", ""]})
    sheet.to_excel(path, index=False)
    assert read_sheet(path).to_dict("list") == {"sample_id": ["1", "2"], "age": ["60.5", "61"]}


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "empty"),
        (b"a,b\n\xe9,1\n", "UTF-8"),
        (b'a,b\n"x,1\n', "cannot be read"),
        (b"a,,c\n1,2,3\n", "column 2 has no name"),
    ],
)
def test_unreadable_sheets(tmp_path, content, word):
    path = tmp_path / "sheet.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=word):
        read_sheet(path)


def test_what_follows_the_schema_is_checked_although_other_parts_do_not(build):
    config = build({"testing.alhpa": 1, "testing.alpha": 7, "contrasts.a.numerator": "earli"})
    assert len(config_problems(config)) == 2
    rest = usable_part(config)
    assert rest["testing"] == {} and config["testing"]["alhpa"] == 1
    assert "'earli'" in str(InputError(study_problems(load_study(rest))))


def test_nothing_is_usable_without_what_is_needed(build):
    config = build()
    del config["design"]
    assert usable_part(config) is None
    assert usable_part(build({"contrasts": {"a b": {"coefficients": {"x": 1}}}})) is None


def test_remarks_on_choices_that_are_often_not_meant(build):
    sheet = SHEET.replace("\tb1\t", "\t1\t").replace("\tb2\t", "\t2\t")
    config = build(
        {"design.formula": "~ batch + sex * group", "contrasts.a.within": {"sex": "M"}}, sheet
    )
    notes = "\n".join(study_notes(load_study(config)))
    assert "'batch' holds 2 whole numbers" in notes
    assert "'F' is the reference" in notes
    assert "in the contrast 'a', 'late' (sex = M) is a single sample" in notes
    assert study_notes(load_study(build())) == []


def test_a_level_written_as_number_and_text_is_listed_twice(build):
    config = build({"design.levels.group": ["normal", "late", "early", "late "]})
    assert "'late' listed twice" in str(InputError(problems_of(config)))


def test_given_size_factors_are_positive_and_not_also_estimated(build):
    sheet = "\n".join(
        [SHEET.splitlines()[0] + "\tspikes", *(f"{x}\t{1 + i}" for i, x in
        enumerate(SHEET.splitlines()[1:]))]
    ) + "\n"  # fmt: skip
    good = load_study(build({"normalization.size_factors": "spikes"}, sheet))
    assert study_problems(good) == []
    assert good.normalization.as_dict() == {"method": "ratio", "size_factors": "spikes"}
    both = {"normalization": {"size_factors": "spikes", "method": "poscounts"}}
    assert config_problems(build(both, sheet)) == []
    (problem,) = study_problems(load_study(build(both, sheet)))
    assert problem.where == "config: normalization.method"
    for value in ("0", "-1", "many", "", "inf"):
        wrong = load_study(
            build({"normalization.size_factors": "spikes"}, sheet.replace("\t3\n", f"\t{value}\n"))
        )
        (problem,) = study_problems(wrong)
        assert "S.3" in problem.found and "positive" in problem.allowed
    absent = load_study(build({"normalization.size_factors": "spike"}, sheet))
    (problem,) = study_problems(absent)
    assert problem.where == "config: normalization.size_factors" and "spikes" in problem.fix


def test_columns_left_out_as_no_covariates_exist_and_are_not_in_the_formula(build):
    assert problems_of(build({"confounding": {"leave_out": ["age"]}})) == []
    (wrong,) = problems_of(build({"confounding": {"leave_out": ["agee"]}}))
    assert "'agee' is not a column" in str(wrong)
    assert "did you mean 'age'?" in str(wrong)
    (wrong,) = problems_of(build({"confounding": {"leave_out": ["group"]}}))
    assert "in the formula" in str(wrong)
    assert config_problems(build({"confounding": {"adjust": True}}))


def test_columns_that_cannot_be_told_from_a_contrast_are_named_before_the_run(build):
    plates = ["p1", "p1", "p2", "p2", "p3", "p4", "p3", "p2"]
    lines = SHEET.rstrip("\n").split("\n")
    sheet = "\n".join(f"{a}\t{b}" for a, b in zip(lines, ["plate", *plates], strict=True)) + "\n"
    (note,) = [one for one in study_notes(load_study(build(sheet=sheet))) if "plate" in one]
    assert note.startswith(
        "contrast a: All 3 early samples have the value of plate (p2) that none of the 3 late "
        "samples has."
    )
    left_out = build({"confounding": {"leave_out": ["plate"]}}, sheet)
    assert not [one for one in study_notes(load_study(left_out)) if "plate" in one]


FOUR = """sample_id\tgroup\tbatch\tage
S1\tnormal\tb1\t60
S2\tnormal\tb2\t61.5
S3\tnormal\tb1\t70
S4\tearly\tb2\t63
"""


def test_three_against_one_runs_with_a_word(build):
    sides = {"factor": "group", "numerator": "early", "denominator": "normal"}
    changes = {"design.levels.group": ["normal", "early"], "contrasts": {"a": sides}}
    config = build(changes, FOUR)
    assert problems_of(config) == []
    (note,) = study_notes(load_study(config))
    assert note.startswith("in the contrast 'a', 'early' is a single sample")
    config = build(changes, FOUR.replace("S2\tnormal\tb2\t61.5\nS3\tnormal\tb1\t70\n", ""))
    (problem,) = problems_of(config)
    assert "2 coefficients for 2 samples" in problem.found


def test_a_group_of_one_that_nothing_compares_is_said_to_tell_nothing(build):
    sheet = SHEET.replace("S4\tearly", "S4\tpilot")
    config = build({"design.levels.group": ["normal", "late", "early", "pilot"]}, sheet)
    assert problems_of(config) == []
    (note,) = study_notes(load_study(config))
    assert note.startswith("levels of 'group' with a single sample (pilot) are fitted exactly")


@pytest.mark.parametrize(
    ("formula", "reduced"),
    [
        ("~ group", "~ 1"),
        ("~ batch + group", "~ batch"),
        ("~ 0 + batch + group", "~ batch"),
        ("~ sex * group + batch", "~ sex + batch"),
        ("~ sex * batch + group", "~ sex + batch + sex:batch"),
    ],
)
def test_the_omnibus_test_is_of_the_first_contrast_unless_told_otherwise(build, formula, reduced):
    within = {"contrasts.a.within": {"sex": "M"}} if "* group" in formula else {}
    for given in ({}, {"reduced": "auto"}):
        config = build({"design.formula": formula, "omnibus": given, **within}, SHEET)
        study = load_study(config)
        assert study.omnibus_reduced == reduced
        assert not any("omnibus" in note for note in study_notes(study))
    assert load_study(build()).omnibus_reduced is None


def test_columns_in_backticks_stay_in_them(build):
    sheet = SHEET.replace("\tbatch\t", "\tday of prep\t")
    config = build({"design.formula": "~ `day of prep` + group", "omnibus": {}}, sheet)
    assert load_study(config).omnibus_reduced == "~ `day of prep`"
    assert problems_of(config) == []


def test_an_omnibus_test_of_more_than_the_compared_factor_is_said(build):
    config = build({"design.formula": "~ batch + sex + group", "omnibus.reduced": "~ batch"})
    notes = [note for note in study_notes(load_study(config)) if "omnibus" in note]
    assert len(notes) == 1
    assert (
        "depends on any of sex and group, tested together" in notes[0]
        and "'~ batch + sex'" in notes[0]
    )
    config = build({"design.formula": "~ sex * group", "omnibus.reduced": "~ sex + group",
                    "contrasts.a.within": {"sex": "M"}})  # fmt: skip
    assert not any("omnibus" in note for note in study_notes(load_study(config)))


def test_nothing_says_what_the_omnibus_test_of_coefficients_asks(build):
    contrasts = {"a": {"coefficients": {"group[early]": 1}}}
    (problem,) = problems_of(build({"contrasts": contrasts, "omnibus": {}}))
    assert problem.where == "config: omnibus.reduced" and "no contrast compares" in problem.found


def test_what_slopes_are_called_by_is_said(build):
    slope = {"coefficients": {"age": 1}}
    config = build({"design.formula": "~ age + group", "contrasts": {"slope": slope}})
    (note,) = (note for note in study_notes(load_study(config)) if "'slope'" in note)
    assert "per unit of age" in note and "by the test alone" in note
    config["contrasts"]["slope"] = {**slope, "min_abs_lfc": 0.1}
    (note,) = (note for note in study_notes(load_study(config)) if "'slope'" in note)
    assert "below 0.1 per unit are not called" in note
    config["contrasts"]["slope"] = {"coefficients": {"group[early]": 1}}
    assert not any("per unit" in note for note in study_notes(load_study(config)))


def test_the_filter_goes_by_the_groups_that_are_compared(build):
    cohort = load_study(build()).cohort
    assert [(group.factor, group.level) for group in cohort.compared] == [
        ("group", "early"),
        ("group", "late"),
    ]
    assert type(cohort).from_dict(cohort.as_dict()) == cohort
