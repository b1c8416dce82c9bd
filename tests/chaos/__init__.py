"""Nothing is lost and nothing doubled: the system under fire, judged from outside.

The short form is part of all tests; SEGPULSE_CHAOS=long (`make chaos`) is the whole of it.
"""

import os

LONG = os.environ.get("SEGPULSE_CHAOS") == "long"
