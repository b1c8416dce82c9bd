"""segpulse.toml and the environment become frozen settings; every error names file, key and what would be right.

Environment variables lie over the file: `SEGPULSE_<SECTION>_<KEY>`, e.g. `SEGPULSE_KAFKA_BROKER`,
`SEGPULSE_REDIS_URL`; a list has commas between (`5m,1h`). Secrets belong there and nowhere else. `SEGPULSE_CONFIG`
names the file.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin

import msgspec

from streams.settings_checks import faults

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

T = TypeVar("T")
UNITS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_SPAN = re.compile(r"(\d+)(ms|s|m|h|d)")


class SettingsError(Exception):
    """The settings cannot be used; the message says where and what would be right."""


class Span(int):
    """A stretch of time in ms, written `10s`, `5m`, `24h`, `7d`."""

    @classmethod
    def parse(cls, text: object) -> Span:
        """Read `text`; ValueError where it is not a whole number followed by ms, s, m, h or d."""
        match = _SPAN.fullmatch(text) if isinstance(text, str) else None
        if match is None:
            raise ValueError(f"{text!r} is not a span of time: write a whole number and a unit, like '10s', '5m', '7d'")
        return cls(int(match[1]) * UNITS[match[2]])

    def __str__(self) -> str:
        for unit in ("d", "h", "m", "s"):
            if self and self % UNITS[unit] == 0:
                # A day is said as 24h, as people do of windows.
                return "24h" if self == UNITS["d"] else f"{self // UNITS[unit]}{unit}"
        return f"{int(self)}ms"


class _Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class Kafka(_Section, frozen=True, kw_only=True):
    broker: str = "127.0.0.1:9092"  # host:port[,host:port]
    app_id: str = "segpulse"  # consumer group, and prefix of the changelog topics
    partitions: int = 4  # of every topic; cannot be changed later
    replication: int = 1
    session_timeout: Span = Span.parse("10s")
    rebalance_timeout: Span = Span.parse("20s")
    batch: int = 20_000  # records a fetch at most


class Redis(_Section, frozen=True, kw_only=True):
    url: str = "redis://127.0.0.1:6379/0"
    ttl: Span = Span.parse("15m")  # scores not renewed for so long vanish


class Time(_Section, frozen=True, kw_only=True):
    clock: Literal["wall", "event"] = "wall"  # event: time stands still between events (replay of the past)
    lateness: Span = Span.parse("60s")  # how far out of order events may come and still be in order
    idle_after: Span = Span.parse("15s")  # a partition with nothing new for so long follows the wall clock
    ahead: Span = Span.parse("10m")  # a timestamp further ahead of the clock than this is refused
    tick: Span = Span.parse("10s")  # scores are made at multiples of this
    checkpoint: Span = Span.parse("1s")


class Sessions(_Section, frozen=True, kw_only=True):
    gap: Span = Span.parse("30m")
    topics: tuple[str, ...] = ("page_views", "clicks", "form_fills", "downloads")


class Dedupe(_Section, frozen=True, kw_only=True):
    horizon: Span = Span.parse("30m")


class Dimension(_Section, frozen=True, kw_only=True):
    """Exactly one of `trait`, `field`, `cross` says where the value comes from."""

    trait: str | None = None  # a trait of the visitor
    field: Literal["campaign", "content"] | None = None  # a field of the event
    cross: tuple[str, ...] = ()  # other dimensions, joined
    max_values: int = 200


class Kpi(_Section, frozen=True, kw_only=True):
    """A KPI declared in the settings, beside those of the catalogue."""

    family: str = "own"
    numerator: tuple[str, ...]
    denominator: tuple[str, ...]
    unit: str
    model: Literal["binomial", "poisson"]
    good: Literal["up", "down"] = "up"
    title: str = ""


class Scoring(_Section, frozen=True, kw_only=True):
    windows: tuple[Span, ...] = (Span.parse("5m"), Span.parse("1h"), Span.parse("24h"), Span.parse("7d"))
    min_trials: int = 100  # fewer trials than this, in the segment or the rest, and it is still learning
    min_effect: float = 0.10  # smaller differences from the rest are par, however sure
    enter: float = 4.5  # standard errors from the rest to become over or under
    leave: float = 2.5  # and to go back to par
    silent_expected: float = 30.0  # events expected and none seen


class Alerts(_Section, frozen=True, kw_only=True):
    windows: tuple[Span, ...] = (Span.parse("1h"), Span.parse("24h"))  # the windows that raise alerts
    webhook: str = ""  # where `segpulse consume alerts` posts
    board_url: str = "http://127.0.0.1:8500"  # linked from alerts


class Serve(_Section, frozen=True, kw_only=True):
    host: str = "127.0.0.1"
    port: int


class Settings(_Section, frozen=True, kw_only=True):
    kafka: Kafka = Kafka()
    redis: Redis = Redis()
    time: Time = Time()
    sessions: Sessions = Sessions()
    dedupe: Dedupe = Dedupe()
    dimensions: dict[str, Dimension] = msgspec.field(default_factory=lambda: dict(DIMENSIONS))
    kpis: dict[str, Kpi] = {}
    scoring: Scoring = Scoring()
    alerts: Alerts = Alerts()
    prometheus: Serve = Serve(port=9308)  # scores
    worker: Serve = Serve(port=9309)  # the worker's own metrics
    board: Serve = Serve(port=8500)


DIMENSIONS: Mapping[str, Dimension] = {
    **{
        name: Dimension(trait=name)
        for name in ("industry", "function", "company_size", "country", "city_tier", "buying_stage")
    },
    "city_tier_x_industry": Dimension(cross=("city_tier", "industry")),
    "campaign": Dimension(field="campaign"),
}


def _decode(kind: type[T], value: object) -> T:
    if kind is Span:
        return Span.parse(value)  # type: ignore[return-value]
    raise NotImplementedError(kind)


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
    for section, values in [*_from_environment(environ).items(), *overlay.items()]:
        settings = _lay_over(settings, section, values)
    for key, text in faults(settings):
        raise SettingsError(f"{where}: {key}: {text}")
    return settings


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
        return msgspec.convert(tree, kind, dec_hook=_decode)
    except msgspec.ValidationError as error:
        raise SettingsError(f"{where}: {_with_key(str(error), kind, at)}") from None


def _with_key(message: str, kind: Any, at: str) -> str:
    """Turn msgspec's `… - at `$.time.tick`` into `time.tick: …`, and add what there is to choose from."""
    text, _, path = message.partition(" - at `$")
    keys = [key for key in path.rstrip("`").split(".") if key]
    for key in keys:
        kind = _fields(kind).get(key)
    if unknown := re.fullmatch(r"Object contains unknown field `(.*)`", text):
        keys.append(unknown[1])
        text = "there is no such key" + (f"; there are {', '.join(_fields(kind))}" if _fields(kind) else "")
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


def _from_environment(environ: Mapping[str, str]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for section in msgspec.structs.fields(Settings):
        if not (isinstance(section.type, type) and issubclass(section.type, _Section)):
            continue
        for key in msgspec.structs.fields(section.type):
            name = f"SEGPULSE_{section.name}_{key.name}".upper()
            if name in environ:
                found.setdefault(section.name, {})[key.name] = environ[name]
    return found


def _lay_over(settings: Settings, section: str, values: Mapping[str, object]) -> Settings:
    old = getattr(settings, section)
    fields = {field.name: field.type for field in msgspec.structs.fields(old)}
    new = {}
    for key, value in values.items():
        if isinstance(value, str) and get_origin(fields[key]) is tuple:
            value = [part.strip() for part in value.split(",")]
        try:
            new[key] = msgspec.convert(value, fields[key], strict=False, dec_hook=_decode)
        except (msgspec.ValidationError, ValueError) as error:
            text = _with_key(str(error), fields[key], "")
            raise SettingsError(f"SEGPULSE_{section}_{key}".upper() + f" ({section}.{key}): {text}") from None
    return msgspec.structs.replace(settings, **{section: msgspec.structs.replace(old, **new)})
