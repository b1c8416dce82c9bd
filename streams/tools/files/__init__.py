"""Files become source records."""
