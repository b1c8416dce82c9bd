"""The settings of a run: the file, over it the environment, over both the command line's options."""

from __future__ import annotations

import os
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import get_origin

import msgspec

from streams.settings.checks import faults
from streams.settings.reading import convert, decode, read_toml, with_key
from streams.settings.sections import SECRETS, Dimension, Kpi, Settings
from streams.settings.values import Section, SettingsError

#: Variables that are no settings: ours, and those of docker-compose.yml that other programs read.
_OTHERS = (
    *("SEGPULSE_CONFIG", "SEGPULSE_BOARD_TOKEN", "SEGPULSE_DATA", "SEGPULSE_CHAOS"),
    *("SEGPULSE_WEBHOOK_TOKEN", "SEGPULSE_GRAFANA_RECEIVER", "SEGPULSE_ALERTS_EMAIL"),
)


def load(
    path: Path | None = None, environ: Mapping[str, str] = os.environ, **overlay: Mapping[str, object]
) -> Settings:
    """Settings from `path` (else $SEGPULSE_CONFIG, else ./segpulse.toml, else defaults) under the environment.

    `overlay` maps a section to values that lie over both (the command line's options).

    Raises SettingsError.
    """
    path = path or (Path(environ["SEGPULSE_CONFIG"]) if environ.get("SEGPULSE_CONFIG") else None)
    if path is None and Path("segpulse.toml").is_file():
        path = Path("segpulse.toml")
    where = str(path or "settings")
    tree = read_toml(path) if path is not None else {}
    for section, kind in (("dimensions", Dimension), ("kpis", Kpi)):
        tables = tree.get(section)
        for name, table in tables.items() if isinstance(tables, dict) else ():
            convert(table, kind, where, f"{section}.{name}")
    settings = convert(tree, Settings, where)
    for section, key in (name.split(".") for name in SECRETS):
        if key in tree.get(section, {}):
            name = f"SEGPULSE_{section}_{key}".upper()
            raise SettingsError(f"{where}: {section}.{key}: is a secret: take it out, and set {name} instead")
    for section, values in [*_from_environment(environ).items(), *overlay.items()]:
        settings = _lay_over(settings, section, values)
    for key, text in faults(settings):
        raise SettingsError(f"{where}: {key}: {text}")
    return settings


def unread(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Variables that nothing reads, though they are named like ours, and of each the one that was meant, perhaps."""
    known = {*_variables(), *_OTHERS}
    found = sorted(name for name in environ if name.startswith("SEGPULSE_") and name not in known)
    return {name: next(iter(get_close_matches(name, known, 1, 0.8)), "") for name in found}


def _variables() -> dict[str, tuple[str, str]]:
    """By its variable, a setting's section and key."""
    return {
        f"SEGPULSE_{section.name}_{key.name}".upper(): (section.name, key.name)
        for section in msgspec.structs.fields(Settings)
        if isinstance(section.type, type) and issubclass(section.type, Section)
        for key in msgspec.structs.fields(section.type)
    }


def _from_environment(environ: Mapping[str, str]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for name, (section, key) in _variables().items():
        if name in environ:
            found.setdefault(section, {})[key] = environ[name]
    return found


def _lay_over(settings: Settings, section: str, values: Mapping[str, object]) -> Settings:
    old = getattr(settings, section)
    fields = {field.name: field.type for field in msgspec.structs.fields(old)}
    new = {}
    for key, value in values.items():
        if isinstance(value, str) and get_origin(fields[key]) is tuple:
            value = [part.strip() for part in value.split(",")]
        try:
            new[key] = msgspec.convert(value, fields[key], strict=False, dec_hook=decode)
        except (msgspec.ValidationError, ValueError) as error:
            text = with_key(str(error), fields[key], "")
            raise SettingsError(f"SEGPULSE_{section}_{key}".upper() + f" ({section}.{key}): {text}") from None
    return msgspec.structs.replace(settings, **{section: msgspec.structs.replace(old, **new)})
