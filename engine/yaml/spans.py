"""Where the nodes of a YAML text stand, and the text after one edit: the work behind `yaml_edit`, which checks what comes out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode

from engine.yaml import writer as yaml_text
from engine.yaml.reader import Path_


class Tree:
    """The nodes of a text with the spans they take up. Each edit gives the text as it is after it; nothing is changed."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.newline = "\r\n" if "\r\n" in self.text else "\n"
        # the pure parser: its marks count characters
        self.root: Node = YAML(typ="safe", pure=True).compose(self.text)

    # --- edits ------------------------------------------------------------------------------------------------------

    def replaced(self, path: Path_, value: Any) -> str:
        """The text with another value at `path`; what stands behind it on its line stays."""
        node = self._node(path)
        start, end = node.start_mark.index, self._end(node)
        if not path:
            return self.text[:start] + yaml_text.block(value, 0, self.newline) + self.text[end:]
        if self._in_flow(path) or yaml_text.fits_line(value, flow_before=self._is_flow(node)):
            style = node.style if isinstance(node, ScalarNode) and node.style in ("'", '"') else ""
            return self._spaced(start, end, yaml_text.flow(value, style, inside=self._in_flow(path)))
        return self._as_block(path, start, end, value)

    def _as_block(self, path: Path_, start: int, end: int, value: Any) -> str:
        """A block under its key or behind its dash, in place of what stood there."""
        indent = self._column(self._key_start(path))
        if isinstance(path[-1], int):
            return self.text[:start] + yaml_text.block(value, indent + 2, self.newline).lstrip(" ") + self.text[end:]
        written = yaml_text.under(value, indent, self.newline)
        # from behind the colon on: the comment on the key's line stays there
        colon = self._colon(path)
        line_end = self._line_end(colon)
        if start > line_end or start == end:  # it stood on lines of its own, or there was nothing
            first = self._line_start(start) if start > line_end else line_end
            if yaml_text.literal(value):
                return self.text[:colon] + written + self.text[max(end, line_end) :]
            kept = self.text[line_end:first] if start > line_end else ""
            return self.text[:line_end] + kept.rstrip(" \r\n") + written + self.text[max(end, line_end) :]
        rest = self.text[end : self._line_end(end)]
        if yaml_text.literal(value):
            return self.text[:colon] + written + self.text[self._line_end(end) :]
        return self.text[:colon] + rest.rstrip() + written + self.text[self._line_end(end) :]

    def added(self, path: Path_, value: Any, *, key: str = "", index: int = -1) -> str:
        """The text with one more entry in the mapping or list at `path`."""
        node = self._node(path)
        entries = self._entries(node)
        if self._is_flow(node) or not entries:
            return self._added_flow(node, entries, value, key, index)
        column = self._column(entries[0][0])
        lead = f"{yaml_text.flow(key)}:" if key else "-"
        line = yaml_text.entry(lead, value, column, self.newline) if key else yaml_text.item(value, column, self.newline)
        if index == 0:
            at = entries[0][0] - column
            if self.text[at : entries[0][0]].strip():  # `- - x`: the first entry shares its line
                return self.text[: entries[0][0]] + line.lstrip(" ") + self.newline + " " * column + self.text[entries[0][0] :]
            return self.text[:at] + line + self.newline + self.text[at:]
        at = self._line_end(entries[index - 1 if index > 0 else -1][1])
        return self.text[:at] + self.newline + line + self.text[at:]

    def _added_flow(self, node: Node, entries: Sequence[tuple[int, int]], value: Any, key: str, index: int) -> str:
        written = yaml_text.flow(value, inside=True)
        if key:
            written = f"{yaml_text.flow(key, inside=True)}: {written}"
        if not entries:
            start, end = node.start_mark.index, self._end(node)
            opened, closed = ("{", "}") if isinstance(node, MappingNode) else ("[", "]")
            return self.text[:start] + opened + written + closed + self.text[end:]
        if 0 <= index < len(entries):
            return self.text[: entries[index][0]] + written + ", " + self.text[entries[index][0] :]
        end = entries[-1][1]
        gap = " , " if self.text[end - 1] == ":" else ", "  # a colon without a space behind it would be part of a word
        return self.text[:end] + gap + written + self.text[end:]

    def without(self, path: Path_) -> str:
        """The text without the entry at `path`, which is not its parent's last."""
        parent = self._node(path[:-1])
        entries = self._entries(parent)
        number = path[-1] if isinstance(path[-1], int) else self._keys(parent).index(path[-1])
        start, end = entries[number]
        if self._is_flow(parent):
            if number + 1 < len(entries):
                return self.text[:start] + self.text[entries[number + 1][0] :]
            return self.text[: entries[number - 1][1]] + self.text[end:]
        if self.text[self._line_start(start) : start].strip():  # behind a dash: the next entry takes its place
            return self.text[:start] + self.text[entries[number + 1][0] :]
        after = self._line_end(end)
        if after < len(self.text):
            return self.text[: self._line_start(start)] + self.text[after + (2 if self.text.startswith("\r\n", after) else 1) :]
        return self.text[: self._line_start(start)]

    def start(self, path: Path_) -> int:
        """Where the node at `path` begins."""
        return int(self._node(path).start_mark.index)

    # --- spans ------------------------------------------------------------------------------------------------------

    def _node(self, path: Path_) -> Node:
        node = self.root
        for step in path:
            if isinstance(node, MappingNode):
                node = next(value for key, value in node.value if key.value == step)
            else:
                node = node.value[step]
        return node

    def _keys(self, node: Node) -> list[str]:
        return [key.value for key, _ in node.value]

    def _entries(self, node: Node) -> list[tuple[int, int]]:
        """Where each entry of a mapping or list starts (its key, its dash) and ends."""
        if isinstance(node, ScalarNode):
            return []
        if isinstance(node, MappingNode):
            return [(int(key.start_mark.index), self._value_end(key, value)) for key, value in node.value]
        if self._is_flow(node):
            return [(item.start_mark.index, self._end(item)) for item in node.value]
        return [(self.text.rindex("-", 0, item.start_mark.index), self._end(item)) for item in node.value]

    def _value_end(self, key: Node, value: Node) -> int:
        """Where a key's value ends. One left empty ends behind its colon, if it has one (`{x, y: }`), wherever its mark stands."""
        behind = self._end(key)
        if value.start_mark.index == value.end_mark.index:
            rest = self.text[behind:]
            return behind + len(rest) - len(rest.lstrip(" ")) + 1 if rest.lstrip(" ").startswith(":") else behind
        return self._end(value) or behind

    def _end(self, node: Node) -> int:
        """Where the node's text ends: its last character's successor, without the comments and blank lines that follow."""
        if isinstance(node, ScalarNode):
            start, end = int(node.start_mark.index), int(node.end_mark.index)
            return start + len(self.text[start:end].rstrip()) if node.style in ("|", ">") else end
        if self._is_flow(node) or not node.value:
            return int(node.end_mark.index)
        last = node.value[-1]
        if isinstance(last, tuple):
            return max(self._end(last[1]), self._colon_after(self._end(last[0])))
        return self._end(last)

    def _is_flow(self, node: Node) -> bool:
        return isinstance(node, CollectionNode) and bool(node.flow_style)

    def _in_flow(self, path: Path_) -> bool:
        return any(self._is_flow(self._node(path[:length])) for length in range(len(path)))

    def _key_start(self, path: Path_) -> int:
        parent = self._node(path[:-1])
        number = path[-1] if isinstance(path[-1], int) else self._keys(parent).index(path[-1])
        return self._entries(parent)[number][0]

    def _colon(self, path: Path_) -> int:
        parent = self._node(path[:-1])
        key = next(key for key, _ in parent.value if key.value == path[-1])
        return self._colon_after(self._end(key))

    def _colon_after(self, position: int) -> int:
        return self.text.index(":", position) + 1

    def _spaced(self, start: int, end: int, written: str) -> str:
        """The text with `written` for what stood from `start` to `end`; behind a colon or dash comes a space."""
        gap = " " if start and self.text[start - 1] in ":-," else ""
        return self.text[:start] + gap + written + self.text[end:]

    def _line_start(self, position: int) -> int:
        return self.text.rfind("\n", 0, position) + 1

    def _line_end(self, position: int) -> int:
        """Where the line of `position` ends, before its line break."""
        end = self.text.find("\n", position)
        end = len(self.text) if end < 0 else end
        return end - 1 if end and self.text[end - 1 : end] == "\r" and end > position else end

    def _column(self, position: int) -> int:
        return position - self._line_start(position)
