"""What README.md, examples/README.md and docs/ say is so: they cannot go stale."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from pathlib import Path

import click
import msgspec
import pytest
from prometheus_client import CollectorRegistry

from consumers.alerts.metrics import Metrics as PageMetrics
from consumers.growth import GrowthCollector
from consumers.latest import Latest
from consumers.prometheus import ScoresCollector
from consumers.redis.fields import fields
from consumers.redis.outages import Outages
from segpulse.cli import cli
from streams import settings
from streams.engine.metrics import Metrics
from streams.events.topics import PROFILES, SOURCE_TOPICS, SOURCES
from streams.kpis.catalogue import catalogue
from streams.messages import REASONS, STATES
from streams.serving import Health
from streams.settings import Settings
from streams.tools.backtest import Backtest
from streams.tools.files import mapping
from streams.tools.files.read import read
from streams.tools.simulate.story import load_story
from tests.consumers.samples import scores, too_broad
from tests.documents import (
    ALERTS,
    CONNECT,
    DEPLOYMENT,
    DESIGN,
    EVENTS,
    EXAMPLES,
    PAGES,
    PROMETHEUS,
    README,
    REDIS,
    SETTINGS,
    blocks,
    inline,
    names,
    table,
    tables,
)
from tests.servers import ROOT

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

#: Section -> its settings; those that every installation names for itself have none.
SECTIONS = {
    field.name: getattr(Settings(), field.name)
    for field in msgspec.structs.fields(Settings)
    if isinstance(field.type, type) and issubclass(field.type, msgspec.Struct)
}


TOML = [text for page in (README, EXAMPLES, CONNECT, DEPLOYMENT, SETTINGS) for text in blocks(page, "toml")]
COMMANDS = sorted({code for page in PAGES.values() for code in inline(page) if code.startswith("segpulse ")})


def keys(section: str) -> list[str]:
    return [field.name for field in msgspec.structs.fields(SECTIONS[section])]


@pytest.mark.parametrize("text", TOML)
def test_toml_loads(text: str, tmp_path: Path) -> None:
    file = tmp_path / "it.toml"
    file.write_text(text)
    if "[[chapters]]" in text:
        assert load_story(file)
    elif "[[events]]" in text:
        for name in ("segpulse.toml", "mine.segpulse.toml"):
            (tmp_path / name).touch()
        assert mapping.load(file).settings
    else:
        catalogue(settings.load(file, environ={}))


def test_every_event_shown_is_counted(tmp_path: Path) -> None:
    (text,) = blocks(EVENTS, "json")
    file = tmp_path / "events.jsonl"
    file.write_text(text)
    result = Backtest(Settings()).run(read(file, None))
    assert result.events == dict.fromkeys(SOURCE_TOPICS, 1)
    assert not result.dead_letters
    assert not result.duplicates


def test_topics_and_their_events() -> None:
    rows = {names(topic)[0]: text for topic, text in table(EVENTS, "Topic")}
    assert list(rows) == [*SOURCES, PROFILES]
    for topic, source in SOURCES.items():
        default = re.findall(r"\*\*`(\w+)`\*\*", rows[topic])
        assert default == ([source.default] if source.default else []), topic
        assert ("any other" in rows[topic]) == (not source.names), topic
        assert set(names(rows[topic])) == set(source.names or default), topic


def test_reasons_and_states() -> None:
    assert [names(reason)[0] for reason, _ in table(EVENTS, "Reason")] == list(REASONS)
    assert [names(state)[0] for state, _ in table(README, "State")] == list(STATES)


def test_all_settings_with_their_defaults() -> None:
    of_sections, of_dimensions, of_kpis = tables(SETTINGS, "Key")
    told = {names(key)[0]: default for key, default, _ in of_sections}
    assert list(told) == [f"{section}.{key}" for section in SECTIONS for key in keys(section)]
    tree: dict[str, dict[str, object]] = {}
    for name, default in told.items():
        if not default:
            continue  # none
        section, _, key = name.partition(".")
        tree.setdefault(section, {})[key] = tomllib.loads(f"it = {names(default)[0]}")["it"]
    assert settings.convert(tree, Settings, "docs/settings.md") == Settings()
    for rows, kind in ((of_dimensions, settings.Dimension), (of_kpis, settings.Kpi)):
        declared = {field.name: field for field in msgspec.structs.fields(kind)}
        assert {names(key)[0] for key, _, _ in rows} == set(declared)
        for key, default, _ in rows:
            shown = tomllib.loads(f"it = {names(default)[0]}")["it"] if default else msgspec.NODEFAULT
            field = declared[names(key)[0]]
            made = field.default_factory
            expected = field.default if made is msgspec.NODEFAULT else made()
            assert shown == (list(expected) if isinstance(expected, tuple) else expected) or expected is None, key


@pytest.mark.parametrize("text", PAGES.values(), ids=PAGES)
def test_settings_and_variables_that_are_named_exist(text: str) -> None:
    for code in inline(text):
        section, _, key = code.partition(".")
        # `sessions.downloads` is a measure.
        if section in SECTIONS.keys() - {"sessions"} and re.fullmatch(r"[a-z_]+", key):
            assert key in keys(section), code
    variables = {f"SEGPULSE_{section}_{key}".upper() for section in SECTIONS for key in keys(section)}
    others = {"SEGPULSE_CONFIG", "SEGPULSE_BOARD_TOKEN", "SEGPULSE_DATA", "SEGPULSE_GRAFANA_RECEIVER"}
    assert set(re.findall(r"SEGPULSE(?:_[A-Z]+)+", text)) <= variables | others


def test_ports() -> None:
    for port, _, key in table(DEPLOYMENT, "Port"):
        section, field = names(key)[0].split(".")
        assert int(port) == getattr(SECTIONS[section], field)


def test_metrics_are_all_named() -> None:
    worker = (f"{m.name}_total" if m.type == "counter" else m.name for m in Metrics().registry.collect())
    own = (name for name in worker if name.startswith("segpulse_"))  # beside prometheus-client's process_…
    of_scores = (family.name for family in ScoresCollector(Latest()).collect())
    of_growth = (family.name for family in GrowthCollector(Latest()).collect())
    of_pages = {f"{m.name}_total" if m.type == "counter" else m.name for m in PageMetrics([]).registry.collect()}
    writes = CollectorRegistry()
    Outages(Settings().redis, threading.Event(), Health(), writes)
    of_redis = (family.name for family in writes.collect())
    told = {code for code in inline(PROMETHEUS) if code.startswith("segpulse_")}
    assert told == {*own, *of_scores, *of_growth, *of_pages, *of_redis}
    assert {code for code in inline(ALERTS) if code.startswith("segpulse_")} == of_pages


def test_redis_fields_are_all_named() -> None:
    there = fields(scores(diagnosis=too_broad()), 0)
    of_cells = {f"{{kpi}}:{{window}}:{field.split(':')[2]}" for field in there if field.count(":") == 2}
    of_segments = {field for field in there if ":" not in field} - {"dimension", "segment"}
    figures = next(json.loads(str(value)) for field, value in there.items() if field.endswith(":figures"))
    assert of_cells | of_segments | figures.keys() <= set(inline(REDIS))


def heads(text: str) -> set[str]:
    """What links may lead to within a page, as GitHub names it."""
    titles = re.findall(r"^#+ (.+)$", re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_links_lead_to_sections_that_exist() -> None:
    for page, text in PAGES.items():
        for link, section in re.findall(r"\]\(([^)#:]*)#([^)]+)\)", text):
            there = ((ROOT / page).parent / link).resolve() if link else ROOT / page
            assert section in heads(PAGES[str(there.relative_to(ROOT))]), f"{page}: {link}#{section}"


def test_folders_and_links_exist() -> None:
    folders = {names(folder)[0] for folder, _ in table(DESIGN, "Folder")}
    assert all((ROOT / folder).is_dir() for folder in folders)
    assert {f"streams/{init.parent.name}" for init in ROOT.glob("streams/*/__init__.py")} <= folders
    links = [
        ((ROOT / page).parent / link).resolve()
        for page, text in PAGES.items()
        for link in re.findall(r"\]\(([^)#:]+)\)", text)
    ]
    assert links
    assert all(link.is_file() for link in links)
    pictures = list((ROOT / "docs").glob("*.png"))
    assert pictures
    assert all(picture.stat().st_size < 300_000 for picture in pictures)


@pytest.mark.parametrize("code", COMMANDS)
def test_commands_in_the_text_exist(code: str) -> None:
    command: click.Command = cli
    for word in code.split()[1:]:
        inner = command.get_command(click.Context(command), word) if isinstance(command, click.Group) else None
        if inner is not None:
            command = inner
        elif word.startswith("-"):
            known = {option for param in command.get_params(click.Context(command)) for option in param.opts}
            assert word in known, f"{code}: there is no {word}"
        else:
            assert not isinstance(command, click.Group), f"{code}: there is no command {word}"


@pytest.mark.parametrize(
    ("target", "does"),
    [
        ("demo", "-m segpulse demo"),
        ("test", "-m pytest"),
        ("bench", "-m segpulse bench"),
        ("chaos", "-m pytest tests/chaos"),
    ],
)
def test_make_does_what_is_tested(target: str, does: str) -> None:
    done = subprocess.run(["make", "--dry-run", target], cwd=ROOT, capture_output=True, text=True, check=True)
    assert does in done.stdout
