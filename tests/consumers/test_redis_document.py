"""docs/redis.md: its examples run, its tables name what is there."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import redis

from consumers.redis import scripts
from consumers.redis.fields import VERSION
from consumers.redis.growth import GROWTH
from consumers.redis.quality import QUALITY
from consumers.redis.sink import ALERTS_KEPT, CHANGES_KEPT, Sink
from consumers.redis.visitors import VISITOR, Visitors
from consumers.state import Update
from streams.messages import VisitorSegments
from streams.tools.local.servers import Server
from tests.consumers.samples import T0, alert, cell, growth, overview, scores, too_broad
from tests.consumers.test_redis_sink import HOUR, update
from tests.consumers.test_redis_visitors import record
from tests.documents import REDIS, blocks, commands, inline, names, table
from tests.node import node_modules
from tests.servers import program


@pytest.fixture
def filled(redis_server: Server) -> Iterator[redis.Redis]:
    """What the examples ask for, with one change."""
    with redis.Redis.from_url(redis_server.address, decode_responses=True) as client:
        client.flushall()
        sink = Sink(client, HOUR)
        for tick, state in enumerate(("par", "under")):
            cells = [cell("engagement", state=state)]
            sink.update(update(scores("pharma", T0 + tick, cells, "industry", too_broad())))
        told = overview("industry", value="pharma", reviewed=T0, review_due=2 * T0)
        told = msgspec.structs.replace(told, growth=[growth("pharma")])
        sink.update(Update({}, [alert()], whole=False, overviews={"industry": told}))
        placed = VisitorSegments(T0, {"industry": "pharma", "buying_stage": "decision"})
        Visitors(client, HOUR).write([record("v12345", 0, msgspec.json.encode(placed))])
        yield client


def run(argv: list[str], **environ: str) -> str:
    done = subprocess.run(argv, env={**os.environ, **environ}, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("line", commands(REDIS))
def test_redis_cli(line: str, filled: redis.Redis, redis_server: Server) -> None:
    words = shlex.split(line)
    assert words.pop(0) == "redis-cli"
    said = run([program("redis-cli", "redis-tools"), "-e", "-u", redis_server.address, *words])
    assert said.strip()
    if words[0] == "HMGET":
        assert "" not in said.splitlines()  # every field that is asked for is there


def check(said: str) -> None:
    """What either program prints."""
    assert re.search(r"engagement 0.132, index 120(\.0)?, \d+ s old", said)
    assert "why: too broad - Too broad, split it by industry: …" in said
    assert "industry:pharma" in said
    assert "industry pharma engagement par -> under" in said


def test_python(filled: redis.Redis, redis_server: Server) -> None:
    (text,) = blocks(REDIS, "python")
    check(run([sys.executable, "-c", text.replace("redis://127.0.0.1:6379/0", redis_server.address)]))
    assert filled.xpending("segpulse:changes", "campaigns")["pending"] == 0


@pytest.mark.timeout(180)
def test_javascript(filled: redis.Redis, redis_server: Server, tmp_path: Path) -> None:
    modules = node_modules("ioredis")
    (text,) = blocks(REDIS, "javascript")
    file = tmp_path / "it.js"
    file.write_text(text.replace("redis://127.0.0.1:6379/0", redis_server.address), "utf-8")
    check(run(["node", str(file)], NODE_PATH=str(modules)))
    assert filled.xpending("segpulse:changes", "mailings")["pending"] == 0


def test_keys_version_and_lengths(filled: redis.Redis) -> None:
    told = {name for row, _ in table(REDIS, "Key") for name in names(row)}
    prefixes = {
        scripts.SCORES: "{dimension}:{value}",
        scripts.RANK: "{kpi}:{window}",
        VISITOR: "{id}",
        QUALITY: "{dimension}",
        GROWTH: "{dimension}:{value}",
    }
    own = {scripts.SEGMENTS, scripts.RANKS, scripts.CHANGES, scripts.ALERTS}
    assert told == own | {prefix + rest for prefix, rest in prefixes.items()}
    assert f"(field `version`, now {VERSION};" in REDIS
    assert f"the last {CHANGES_KEPT:,} or so" in REDIS
    assert f"the last {ALERTS_KEPT:,} or so" in REDIS


def test_fields_of_a_change(filled: redis.Redis) -> None:
    entries: Any = filled.xrange("segpulse:changes")
    ((_, change),) = entries
    told = {name for row, _ in table(REDIS, "Field") for name in names(row)}
    assert set(change) == told
    held: Any = filled.hgetall("segpulse:score:industry:pharma")
    there = set(held)
    assert {"version", "updated_at", "at", "states"} <= there & set(inline(REDIS))
