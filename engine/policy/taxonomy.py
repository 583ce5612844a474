"""The 一级 and 二级指标 of a policy, and what counts as their name."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Level1:
    """A 一级指标 and the 二级指标 that belong under it."""

    name: str
    level2: tuple[str, ...]
    aliases: tuple[str, ...]
    definition: str
    basis: str

    def is_called(self, name: str) -> bool:
        """Whether a heading is the name of this 一级指标: 产出 and 产出指标 are one."""
        return stem_of(name) in _stems((self.name, *self.aliases))

    def holds(self, level2: str) -> bool:
        """Whether a 二级指标 of this name belongs under it."""
        return stem_of(level2) in _stems(self.level2)


def stem_of(heading: str) -> str:
    """The name of a 一级 or 二级指标 without the word every one of them ends with: 服务对象满意度指标 is 服务对象满意度."""
    return heading.removesuffix("指标") or heading


@lru_cache(maxsize=256)
def _stems(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(stem_of, names))
