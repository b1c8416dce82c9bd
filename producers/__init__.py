"""What brings events in."""
