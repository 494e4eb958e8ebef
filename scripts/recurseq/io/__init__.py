"""From a file on the disk to rows of cells."""
