"""requirements.lock holds all that pyproject.toml asks for, and nothing of the machine that made it."""

from __future__ import annotations

import sys

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.servers import ROOT

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
LOCK = (ROOT / "requirements.lock").read_text("utf-8")
LOCKED = [Requirement(line) for line in LOCK.splitlines() if not line.startswith("#")]
PYTHONS = ("3.10", "3.11", "3.12", "3.13")

WANTED = [*PROJECT["dependencies"], *(text for extra in PROJECT["optional-dependencies"].values() for text in extra)]


def holds(requirement: Requirement, python: str) -> bool:
    environment = {"python_version": python, "python_full_version": f"{python}.1"}
    return requirement.marker is None or requirement.marker.evaluate(environment)


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("text", WANTED)
def test_locked(text: str, python: str) -> None:
    wanted = Requirement(text)
    if not holds(wanted, python):
        return
    name = canonicalize_name(wanted.name)
    locked = [each for each in LOCKED if canonicalize_name(each.name) == name and holds(each, python)]
    assert len(locked) == 1, "run make lock"
    (pin,) = locked[0].specifier
    assert pin.operator == "=="
    assert wanted.specifier.contains(pin.version), "run make lock"


def test_no_address_and_no_path() -> None:
    assert "://" not in LOCK
    assert not any(line.startswith(("-", "/")) for line in LOCK.splitlines())
