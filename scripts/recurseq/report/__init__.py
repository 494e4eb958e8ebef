"""What people read: the page, the workbook and the provenance of a study."""
