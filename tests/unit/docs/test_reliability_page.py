"""The page on reliability counts what the tests recorded, and hides no failure."""

import reliability

BOTH = '<testcase classname="a" name="{}" time="1"><properties>{}</properties>{}</testcase>'


def recorded(**values):
    return "".join(f'<property name="{name}" value="{text}"/>' for name, text in values.items())


def junit(path, *cases):
    text = "".join(cases)
    path.write_text(
        f'<testsuites><testsuite timestamp="2026-01-02T03">{text}</testsuite></testsuites>'
    )
    return path


def test_failures_skips_and_generated_inputs(tmp_path):
    tests = junit(
        tmp_path / "tests.xml",
        BOTH.format("kill", recorded(fault="kill -9", result="same tables"), ""),
        BOTH.format("disk", recorded(fault="full disk", result="said"), "<failure/>"),
        BOTH.format("one", recorded(input="sheet: empty", result="refused"), ""),
        BOTH.format("many", recorded(input="generated: 60 times any text", result="runs"), ""),
        BOTH.format("jobs", "", '<skipped message="run elsewhere"/>'),
        BOTH.format("real", "", '<skipped message="no | data"/>'),
    )
    slurm = junit(
        tmp_path / "slurm.xml",
        BOTH.format("jobs", recorded(**{"result": "10 jobs"}), "").replace(
            "<properties>", '<properties><property name="cluster case" value="demo"/>'
        ),
    )
    python = junit(tmp_path / "python-3.13.xml", BOTH.format("kill", "", ""))
    text = reliability.page([tests, slurm, python])
    assert "- tests.xml: 2026-01-02, 3 passed, 1 failed, 2 skipped" in text
    assert "| kill -9 | same tables |" in text and "| full disk | **failed** |" in text
    assert "| sheet | 1 |  | 1 |" in text and "| all | 1 | 60 | 61 |" in text
    assert "| demo | 10 jobs |" in text and "run elsewhere" not in text
    assert "| no \\| data | 1 |" in text
    assert "| 3.13 | lock file installed, part of the tests | 1 passed |" in text
