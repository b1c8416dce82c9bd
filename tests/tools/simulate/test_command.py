"""`segpulse simulate` into a file, the story that it tells, and stories of one's own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from segpulse.cli import cli
from streams.settings import SettingsError
from streams.tools.files.read import SourceRecord, read
from streams.tools.simulate.audience import make_audience
from streams.tools.simulate.story import DEFAULT, Chapter, Story, load_story, place
from streams.tools.simulate.traffic import Traffic

START = 1_767_571_200_000  # 2026-01-05
SPAN = ("--start", "2026-01-05", "--for", "2h", "--visitors", "100", "--rate", "5")


def simulate(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["simulate", *arguments], catch_exceptions=False)


def test_the_file_is_what_kafka_would_get(tmp_path: Path) -> None:
    out = tmp_path / "sim.jsonl"
    assert simulate(*SPAN, "--out", str(out), "--no-story").exit_code == 0
    audience = make_audience(1, 100)
    expected = list(Traffic(1, audience, Story([], audience), 5.0, START).records(START + 7_200_000))
    found = [record for record in read(out, None) if isinstance(record, SourceRecord)]
    assert [(r.topic, r.key, r.timestamp) for r in found] == [(r.topic, r.key, r.timestamp) for r in expected]
    without_topic = [{k: v for k, v in json.loads(r.value).items() if k != "topic"} for r in found]
    assert without_topic == [json.loads(r.value) for r in expected]


def test_the_story_lies_beside_the_file(tmp_path: Path) -> None:
    simulate(*SPAN, "--out", str(tmp_path / "sim.jsonl"), "--story")
    told = json.loads((tmp_path / "sim.story.json").read_text())
    assert {chapter["kind"] for chapter in told} == {"outperform", "form_breaks", "silent", "dip"}
    assert [set(chapter) for chapter in told] == [{"kind", "segment", "kpis", "start", "end", "expected"}] * 4
    assert all(START <= chapter["start"] < chapter["end"] <= START + 7_200_000 for chapter in told)
    silent = next(chapter for chapter in told if chapter["kind"] == "silent")
    assert (silent["segment"], silent["expected"]) == ("industry:food processing", "silent")
    assert silent["start"] == START + int(0.46 * 7_200_000)


def test_a_story_of_ones_own(tmp_path: Path) -> None:
    story = tmp_path / "own.toml"
    story.write_text('[[chapters]]\nkind = "silent"\nsegment = "country:India"\nstart = "30m"\nend = 1\n')
    out = tmp_path / "sim.jsonl"
    simulate(*SPAN, "--out", str(out), "--story", str(story), "--story-out", str(tmp_path / "told.json"))
    told = json.loads((tmp_path / "told.json").read_text())
    assert [(c["segment"], c["start"] - START, c["end"] - START) for c in told] == [
        ("country:India", 1_800_000, 7_200_000)
    ]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('segment = "industry:space"', "chapters[0].segment: nobody is in 'industry:space'; like industry:automotive"),
        ('kind = "party"', "chapters[0].kind: Invalid enum value 'party'"),
        ('start = "noon"', "chapters[0]: 'noon' is not a span of time"),
        ("start = 1.5", "chapters[0]: 1.5 is no share of the span: write 0 to 1"),
    ],
)
def test_a_story_that_cannot_be_told(tmp_path: Path, line: str, says: str) -> None:
    good = {"kind": 'kind = "dip"', "segment": 'segment = "*"', "start": "start = 0.1", "end": "end = 0.5"}
    path = tmp_path / "own.toml"
    path.write_text("[[chapters]]\n" + "\n".join({**good, line.split()[0]: line}.values()))
    with pytest.raises(SettingsError) as caught:
        load_story(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert says in str(caught.value)


def test_a_chapter_that_ends_before_it_starts() -> None:
    chapter = Chapter(kind="dip", segment="*", start=0.9, end="30m")
    with pytest.raises(SettingsError, match=r"dip of \*: start 0\.9 is not before end 30m in a span of 1h"):
        place(chapter, START, 3_600_000)


def test_the_default_story_has_a_place_in_any_span() -> None:
    for span in (3_600_000, 14 * 86_400_000):
        placed = [place(chapter, START, span) for chapter in DEFAULT]
        assert all(START <= chapter.start < chapter.end <= START + span for chapter in placed)
    assert place(Chapter(kind="dip", segment="*", start="1h", end="2h"), START, 7_200_000).start == START + 3_600_000


@pytest.mark.parametrize(
    "arguments",
    [
        ("--start", "2026-01-05"),
        ("--for", "2h", "--live"),
        ("--start", "2026-01-05", "--for", "2h", "--history", "1h"),
        ("--start", "soon", "--for", "2h"),
        ("--history", "1 hour"),
        ("--live", "--out", "x.jsonl"),
        ("--rate", "0"),
    ],
)
def test_options_that_make_no_sense(arguments: tuple[str, ...]) -> None:
    result = simulate(*arguments)
    assert result.exit_code == 2
    assert "Error: " in result.output
