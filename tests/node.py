"""Packages of npm for the examples in JavaScript, kept in .cache/node."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tests.servers import ROOT, missing

FOLDER = ROOT / ".cache" / "node"
VERSIONS = {"ioredis": "5.8.2", "kafkajs": "2.2.4"}


def node_modules(package: str) -> Path:
    """The folder that holds `package`, or the test is skipped."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        missing("node and npm (apt-get install nodejs npm)")
    modules = FOLDER / package / "node_modules"
    if not (modules / package).is_dir():
        argv = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(FOLDER / package)]
        done = subprocess.run([*argv, f"{package}@{VERSIONS[package]}"], capture_output=True, text=True, timeout=150)
        if done.returncode:
            missing(f"npm's {package}, which cannot be fetched: {done.stderr.strip()[:500]}")
    return modules
