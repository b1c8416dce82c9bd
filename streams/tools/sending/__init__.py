"""Source records and heartbeats to Kafka."""
