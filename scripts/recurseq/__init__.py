"""RNA-seq differential expression, markers and pathways, from counts to a report."""
