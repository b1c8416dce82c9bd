"""What chance does not explain: the evidence on each series (a segment's KPI) from tick to tick, and what is enough."""
