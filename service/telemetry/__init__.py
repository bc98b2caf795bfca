"""What is written down about a run: events with closed lists of fields, ids only."""
