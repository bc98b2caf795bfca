"""Use cases: each takes a command and the ports that it needs, commits once, and returns what came of it."""
