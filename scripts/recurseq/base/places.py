"""Where the files lie that come with recurseq, and how they are read."""

from pathlib import Path

LIBRARY = Path(__file__).resolve().parents[1]
REPOSITORY = LIBRARY.parents[1]
SCHEMAS = REPOSITORY / "workflow" / "schemas"
SHIPPED = REPOSITORY / "config"
SHIPPED_SETS = SHIPPED / "gene_sets" / "liver_cancer.gmt"
CAPTIONS = REPOSITORY / "workflow" / "report"


def read_shipped(path: Path) -> dict:
    """Return what a YAML file that comes with recurseq holds."""
    import yaml  # what writes the log of a job needs places only

    # The parser in C reads the same language ten times as fast, and every job reads these files.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(path.read_text(encoding="utf-8"), Loader=loader)
