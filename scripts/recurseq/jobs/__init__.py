"""What a job of the workflow says of itself: its log, its failure, the likely cause."""
