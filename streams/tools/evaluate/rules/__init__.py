"""Detection rules behind one interface: those that people use today, and segpulse's own."""
