"""Nothing is lost and nothing doubled: the system under fire, judged from outside.

The short form is part of all tests; SEGPULSE_CHAOS=long (`make chaos`) is the whole of it.
"""

import os

import pytest

LONG = os.environ.get("SEGPULSE_CHAOS") == "long"

#: What the short form leaves out: what its other scenarios show in part.
long_form = pytest.mark.skipif(not LONG, reason="of the long form: make chaos")
