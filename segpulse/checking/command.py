"""`segpulse check`: tries every connection and setting, and says what is wrong and what would be right."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import click
import orjson

from segpulse.checking.finding import Finding
from segpulse.checking.probes import PROBES, Probe
from streams import settings
from streams.kpis.catalogue import catalogue
from streams.settings import Settings, SettingsError

PATIENCE_S = 10.0  # for all probes together, which run beside each other


def look(path: Path | None) -> Iterator[Finding]:
    """All findings, the settings' first. Where these cannot be used there is nothing else to look at."""
    try:
        chosen = settings.load(path)
        kpis = catalogue(chosen)
    except SettingsError as error:
        yield Finding("settings", False, str(error))
        return
    windows = ", ".join(map(str, chosen.scoring.windows))
    yield Finding("settings", True, f"{len(chosen.dimensions)} dimensions, {len(kpis)} KPIs, windows {windows}")
    for name, meant in settings.unread().items():
        yield Finding("settings", False, f"nothing reads the variable {name}", meant)
    yield from _probed(chosen)


def _probed(chosen: Settings) -> Iterator[Finding]:
    found: dict[str, list[Finding]] = {}

    def run(name: str, probe: Probe) -> None:
        found[name] = list(probe(chosen))

    # Daemons: one that hangs on a name server or a broker does not keep us from ending.
    threads = {name: threading.Thread(target=run, args=(name, probe), daemon=True) for name, probe in PROBES.items()}
    for thread in threads.values():
        thread.start()
    until = time.monotonic() + PATIENCE_S
    for name, thread in threads.items():
        thread.join(max(0.0, until - time.monotonic()))
        yield from found.get(name, [Finding(name, False, f"no answer within {PATIENCE_S:.0f} s")])


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> None:
    """Try every connection and setting, and say what is wrong and what would be right.

    Looks at the settings, Kafka and its topics, Redis, those who are told of alerts, and the ports that are listened
    on. Changes nothing and sends nothing. The exit code is 1 where something is wrong.
    """
    findings = list(look(ctx.obj))
    if as_json:
        click.echo(orjson.dumps([finding._asdict() for finding in findings]))
    else:
        click.echo("\n".join(map(_line, findings)))
    if not all(finding.ok for finding in findings):
        raise click.exceptions.Exit(1)


def _line(finding: Finding) -> str:
    right = f"; right: {finding.right}" if finding.right else ""
    return f"{'ok' if finding.ok else 'WRONG':6}{finding.subject:11}{finding.found}{right}"
