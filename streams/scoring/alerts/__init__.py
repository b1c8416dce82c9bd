"""What is worth a call: alerts that begin and end, how much they weigh, their words, and which belong together."""
