"""What every start of the workflow imports, once for the run and once more for each job."""

import re
import subprocess
import sys

from support.paths import REPOSITORY

LATE = ("matplotlib", "scipy.optimize", "scipy.stats", "anndata", "jinja2")


def test_no_start_waits_for_what_only_jobs_need():
    lines = (REPOSITORY / "workflow" / "rules" / "common.smk").read_text().splitlines()
    imports = [line for line in lines if re.match(r"from recurseq\.\S+ import ", line)]
    assert len(imports) > 10
    code = "\n".join([*imports, "import sys", f"print([m for m in {LATE} if m in sys.modules])"])
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY / "scripts", capture_output=True, text=True
    )
    assert done.stdout.strip() == "[]", done.stdout + done.stderr
