"""What a policy was after each save: kept beside the policies, to be looked at, compared, and taken back into a draft."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from engine import files as output
from engine.editing.overlay import ID, missing
from engine.errors import PolicyError

MOST = 100
"""Versions of a policy; the oldest goes."""
_KEY = re.compile(r"\d{8}-\d{6}-\d{6}")


@dataclass(frozen=True, slots=True)
class Version:
    """A policy as it was once saved. `texts`: all its files by name, the lock left out."""

    key: str
    at: str
    who: str
    action: str
    texts: Mapping[str, str]


class History:
    """The versions of the policies of one directory. `home`: where they are kept."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def keep(self, policy: str, who: str, action: str, texts: Mapping[str, str]) -> None:
        """Keep what the policy is now, if that is not what was kept last. Raises OutputError where it cannot be written."""
        versions = self.versions(policy)
        if versions and versions[0].texts == texts:
            return
        now = datetime.now().astimezone()
        version = Version(f"{now:%Y%m%d-%H%M%S-%f}", now.isoformat(timespec="seconds"), who, action, dict(texts))
        folder = self._folder(policy)
        output.make_directory(folder, mode=0o700)
        output.write(json.dumps(asdict(version), ensure_ascii=False), folder / f"{version.key}.json", mode=0o600)
        for old in sorted(folder.glob("*.json"))[:-MOST]:
            old.unlink(missing_ok=True)

    def versions(self, policy: str) -> list[Version]:
        """The versions of a policy, the latest first; one that is damaged is left out."""
        found = (self._read(path) for path in sorted(self._folder(policy).glob("*.json"), reverse=True))
        return [version for version in found if version is not None]

    def version(self, policy: str, key: str) -> Version | None:
        """One version; None where there is no such."""
        return self._read(self._folder(policy) / f"{key}.json") if _KEY.fullmatch(key) else None

    def _folder(self, policy: str) -> Path:
        if not ID.fullmatch(policy):
            raise PolicyError(missing(policy))
        return self.home / policy.replace("/", "@")

    def _read(self, path: Path) -> Version | None:
        try:
            found = Version(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None
        texts = found.texts
        sound = isinstance(texts, dict) and all(isinstance(one, str) for pair in texts.items() for one in pair)
        return found if sound and found.key == path.stem else None
