"""The command line: one command per door of the service, words on a terminal or JSON for machines."""
