"""Writes the dashboards to `grafana/dashboards`: python -m grafana.build"""

from __future__ import annotations

import json
from pathlib import Path

from grafana_foundation_sdk.cog.encoder import JSONEncoder

from grafana.build import one_segment, pipeline, segmentation_quality, segments_now

FOLDER = Path(__file__).parents[1] / "dashboards"
BUILDERS = {
    "segments": segments_now.build,
    "segment": one_segment.build,
    "quality": segmentation_quality.build,
    "pipeline": pipeline.build,
}


def made() -> dict[Path, str]:
    """File -> what it must hold."""
    return {
        FOLDER / f"{name}.json": json.dumps(json.loads(JSONEncoder().encode(build().build())), indent=2) + "\n"
        for name, build in BUILDERS.items()
    }


if __name__ == "__main__":
    for path, text in made().items():
        path.write_text(text, "utf-8")
