"""Which bundles durable-rules judges beside the plain matcher: all where few are looked at, of many a sample."""

from __future__ import annotations

import hashlib

JUDGED_TWICE = 60
"""Bundles of one run that both matchers judge; of more about so many, the same ones every time."""


def share_of(many: int) -> int:
    """One in how many bundles of a run is judged twice."""
    return max(1, -(-many // JUDGED_TWICE))


def drawn(name: str, share: int) -> bool:
    """Whether a bundle is one of the sample: one in `share`, by the hash of its name."""
    return share < 2 or int.from_bytes(hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest()[:4], "big") % share == 0
