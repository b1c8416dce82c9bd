"""What the tests of the tools share."""

from __future__ import annotations

from tests import servers

EXAMPLES = servers.ROOT / "examples"
