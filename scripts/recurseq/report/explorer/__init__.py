"""The gene explorer of the report: its data, packed by `pack`, and its script, by `bundle`."""
