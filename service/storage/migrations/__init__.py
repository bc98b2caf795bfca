"""The schema's history, one step per file of `versions`."""
