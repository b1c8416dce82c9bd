"""`segpulse ingest`: a process of its own."""

from __future__ import annotations

import click

from consumers.command import run_module


@click.command()
@click.pass_context
def command(ctx: click.Context) -> None:
    """Take events over HTTP, on ingest.host and ingest.port, and send them to Kafka.

    From Segment (/v1/segment), HubSpot (/v1/hubspot), Salesforce (/v1/salesforce), or as segpulse's own events, one or
    many (/v1/TOPIC). docs/connect.md says how to set each up. It is for this machine only. To open it to the network,
    set ingest.host, and SEGPULSE_INGEST_TOKEN to a secret that senders must give.
    """
    run_module(ctx, "producers.http.server")
