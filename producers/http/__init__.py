"""`segpulse ingest`: events over HTTP, from Segment, HubSpot, Salesforce or anybody, to Kafka."""
