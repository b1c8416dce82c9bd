"""The TOML in examples/README.md is TOML that works."""

from __future__ import annotations

import re
from pathlib import Path

from streams.tools import mapping
from streams.tools.simulate.story import load_story
from tests.tools.conftest import EXAMPLES


def test_the_snippets_load(tmp_path: Path) -> None:
    of_a_mapping, of_a_story = re.findall(r"```toml\n(.*?)```", (EXAMPLES / "README.md").read_text("utf-8"), re.DOTALL)
    (tmp_path / "mine.segpulse.toml").write_text("")
    (tmp_path / "mapping.toml").write_text(of_a_mapping)
    (tmp_path / "story.toml").write_text(of_a_story)
    assert [rule.event for rule in mapping.load(tmp_path / "mapping.toml").events] == ["created", "won"]
    assert [chapter.segment for chapter in load_story(tmp_path / "story.toml")] == ["industry:pharma"]
