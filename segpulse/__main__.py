"""`python -m segpulse` is `segpulse`: how the demo starts its parts, whatever is on the PATH."""

from segpulse.cli import main

main()
