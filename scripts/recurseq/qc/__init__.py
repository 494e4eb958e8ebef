"""Quality of a cohort before any model is fitted."""

from recurseq.qc.assess import assess_quality, quality_tables

__all__ = ["assess_quality", "quality_tables"]
