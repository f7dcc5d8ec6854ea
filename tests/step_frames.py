"""Frames `steps` made of a few words."""

from __future__ import annotations

from diag import schema


def steps_frame(*rows):
    """A `steps` frame."""
    base = {
        "file": "log",
        "stage": "b",
        "instruction": "RUN",
        "status": "ok",
        "is_clipped": False,
        "line_no": 1,
    }
    return schema.make(
        "steps",
        [{**base, "step_id": f"#{n}", "name_text": "RUN x", **row} for n, row in enumerate(rows)],
    )
