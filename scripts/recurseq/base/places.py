"""Where the files lie that come with recurseq."""

from pathlib import Path

LIBRARY = Path(__file__).resolve().parents[1]
REPOSITORY = LIBRARY.parents[1]
SCHEMAS = REPOSITORY / "workflow" / "schemas"
SHIPPED = REPOSITORY / "config"
CAPTIONS = REPOSITORY / "workflow" / "report"
