"""Puts the project's root on the path, so that tests share `tests.builders` and `tests.fakes`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
