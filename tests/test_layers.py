"""Imports go one way, downward; and the core knows nothing of Kafka, Faust or the wall clock."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

#: Each may import those before it, and itself.
LAYERS = (
    "streams.messages",
    "streams.events",
    "streams.behaviour",
    "streams.settings",
    "streams.kpis",
    "streams.segments",
    "streams.panes",
    "streams.quality.heterogeneity",  # arithmetic only
    "streams.diagnosis",
    "streams.scoring",
    "streams.quality",
    "streams.paths",
    "streams.security",
    "streams.serving",
    "streams.engine",
    "streams.agents",
    "streams.tools",
    "streams.worker",
    "consumers",
    "producers",
    "segpulse",
)
CORE = LAYERS[: LAYERS.index("streams.security")]
OUTSIDE = ("faust", "mode", "aiokafka", "kafka", "redis", "aiohttp", "asyncio", "prometheus_client")
FAUST = ("faust", "mode")
PEERS = ("streams.tools.bench.peers.faust_tutorial",)  # programs of their own that segpulse is measured beside


def _modules() -> Iterator[tuple[str, Path]]:
    for package in ("streams", "consumers", "producers", "segpulse"):
        for path in sorted((ROOT / package).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            yield name.removesuffix(".__init__"), path


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _layer(name: str) -> str | None:
    found = [layer for layer in LAYERS if name == layer or name.startswith(f"{layer}.")]
    return found[0] if found else None


MODULES = [(name, path) for name, path in _modules() if _layer(name)]


@pytest.mark.parametrize(("name", "path"), MODULES, ids=[name for name, _ in MODULES])
def test_imports_go_downward(name: str, path: Path) -> None:
    own = _layer(name)
    assert own is not None
    for imported in _imports(path):
        layer = _layer(imported)
        if layer is not None:
            assert LAYERS.index(layer) <= LAYERS.index(own), f"{name} imports {imported}"
        if own in CORE:
            assert imported.split(".")[0] not in OUTSIDE, f"{name}, of the core, imports {imported}"
            assert imported not in ("time", "time.time", "time.monotonic"), f"{name} looks at the clock"
        if own not in ("streams.engine", "streams.agents", "streams.worker") and name not in PEERS:
            assert imported.split(".")[0] not in FAUST, f"{name} imports {imported}; what knows Faust is in engine"


def test_every_module_has_a_layer() -> None:
    assert {name for name, _ in _modules() if not _layer(name)} == {"streams"}
