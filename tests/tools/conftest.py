"""What the tests of the tools share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests import servers

EXAMPLES = servers.ROOT / "examples"


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of the data sets that the examples are for."""
    folder = Path(os.environ.get("SEGPULSE_DATA") or servers.ROOT.parent / "shared" / "data")
    if not (folder / "hillstrom.csv").is_file():
        servers.missing(f"the data sets in {folder} (or $SEGPULSE_DATA; examples/README.md says where from)")
    return folder
