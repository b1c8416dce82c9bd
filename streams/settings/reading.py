"""TOML becomes frozen values; an error names file and key, and what there is to choose from."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin

import msgspec

from streams.settings.values import SettingsError, Span

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

T = TypeVar("T")


def read_toml(path: Path) -> dict[str, Any]:
    """The tables in `path`. Raises SettingsError."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: not TOML: {error}") from None


def convert(tree: object, kind: type[T], where: str, at: str = "") -> T:
    """`tree`, found at the key `at`, as a `kind`; spans are read. Raises SettingsError, which begins with `where`."""
    try:
        return msgspec.convert(tree, kind, dec_hook=decode)
    except msgspec.ValidationError as error:
        raise SettingsError(f"{where}: {with_key(str(error), kind, at)}") from None


def with_key(message: str, kind: Any, at: str) -> str:
    """Turn msgspec's `… - at `$.time.tick`` into `time.tick: …`, and add what there is to choose from."""
    text, _, path = message.partition(" - at `$")
    keys = [key for key in path.rstrip("`").replace("[...]", "").split(".") if key]
    for key in keys:
        name, of_list, _ = key.partition("[")
        kind = _fields(kind).get(name)
        kind = get_args(kind)[0] if of_list and get_args(kind) else kind
    if unknown := re.fullmatch(r"Object contains unknown field `(.*)`", text):
        keys.append(unknown[1])
        text = "there is no such key" + (f"; there are {', '.join(_fields(kind))}" if _fields(kind) else "")
    elif text == "Invalid RFC3339 encoded date":
        text = "is no day: write it like 2026-08-31"
    elif text.startswith("Invalid enum value"):
        text += f"; there are {', '.join(_choices(kind))}"
    key = ".".join(filter(None, (at, *keys)))
    return f"{key}: {text}" if key else text


def _choices(kind: Any) -> list[str]:
    """What may be written, of a Literal or an option between such."""
    if get_origin(kind) is Literal:
        return [repr(choice) for choice in get_args(kind)]
    return [choice for option in get_args(kind) for choice in _choices(option)]


def _fields(kind: Any) -> dict[str, Any]:
    """Key -> type, of a kind of table; empty of anything else."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return {field.encode_name: field.type for field in msgspec.structs.fields(kind)}
    return {}


def decode(kind: type[T], value: object) -> T:
    if kind is Span:
        return Span.parse(value)  # type: ignore[return-value]
    raise NotImplementedError(kind)
