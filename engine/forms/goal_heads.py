"""Headings of goals: which goal a row opens, the texts beside a heading, and headings said again at a page's top."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.documents.model import Row, TableCell
from engine.forms.columns import HEADER_MATCHES, cell_of, header_columns, one_line
from engine.forms.content import TableContent
from engine.forms.goal_rows import OpenGoal
from engine.forms.labels import Label, LabelMatch, fold
from engine.forms.model import GoalHeading, Layout
from engine.forms.unconfirmed import add_guess, guess_of
from engine.submission.model import Cell, HeaderField


@dataclass(slots=True)
class GoalHeads:
    """The goals of a form as far as they were opened, the last one open. Headings that come again are kept until it is known what
    they are."""

    layout: Layout
    content: TableContent
    every: list[OpenGoal] = field(default_factory=list)
    again: OpenGoal | None = None
    """The heading of the open goal, said again: of a page's top, or of another goal. The next row tells."""
    labels: Sequence[tuple[int, Label]] = ()
    """Labels beside the goal's heading, whose texts stand in the rows below (预期目标, 实际完成情况)."""
    names: dict[str, str] = field(default_factory=dict)
    """What the form calls these."""

    @property
    def last(self) -> OpenGoal:
        """The open goal."""
        return self.every[-1]

    def labels_in(self, row: Row) -> Sequence[tuple[int, Label]] | None:
        """The labels of a row that says where goal and result stand below it (预期目标, 实际完成情况); None if it is none."""
        labels = header_columns(row, self.layout.goal_columns)
        if len({label.key for _, label in labels}) < HEADER_MATCHES:
            return None
        return labels if len(labels) + HEADER_MATCHES >= sum(1 for cell in row if cell) else None

    def of_columns(self, row: Row, labels: Sequence[tuple[int, Label]]) -> None:
        """Open the goal whose row it is: its heading stands before the labels."""
        before = [cell for cell in row[: labels[0][0]] if cell]
        cell = before[-1] if before else row[labels[0][0]]
        heading = self.layout.goal_heading(cell.text)
        if heading and heading[0].opens == "goal":
            self.open(cell, *heading)
        else:
            self.settle(another=True)
            self.every.append(OpenGoal(one_line(cell.text), cell.place))
        self.labels = labels
        for at, label in labels:
            if label.unconfirmed:
                add_guess(self.content.doubts, guess_of(label, row[at], self.layout.goal_columns))
        self.names |= {label.key: one_line(row[at].text) for at, label in labels}

    def said_beside_texts(self, row: Row, index: int) -> bool:
        """Whether the heading is said again beside the goal's texts, as where a merged cell was taken apart."""
        if not self.labels or fold(row[index].text) != fold(self.last.heading):
            return False
        beside = [(row[at].text, label) for at, label in self.labels if index < at < len(row) and row[at]]
        return bool(beside) and all(fold(text) not in map(fold, label.texts) for text, label in beside)

    def texts(self, filled: Sequence[tuple[int, TableCell]]) -> None:
        """The texts under the labels beside a goal's heading: what the goal is; anything else becomes a header field."""
        goal = self.again or self.last
        for index, cell in filled:
            label = next((label for at, label in reversed(self.labels) if at <= index), None)
            if label is None or label.key == "title":
                goal.title = one_line("\n".join(filter(None, (goal.title, cell.text))))
                continue
            known = [item.value.text for item in self.content.header if item.key == label.key] if self.again else []
            if cell.text not in known:  # a text said again at a page's top
                self.content.header.append(HeaderField(label.key, self.names.get(label.key, label.texts[0]), cell_of(cell)))

    def open(self, cell: TableCell, heading: GoalHeading, match: LabelMatch, title: str = "") -> None:
        """Begin the goal of a heading, or go on with the one that is open where the heading is of its indicators or said again."""
        weight = match.get("weight")
        declared = Cell(weight, cell.place) if weight is not None else None
        if heading.opens == "goal" or not self.every:
            self.settle(another=True)
            goal = OpenGoal(one_line(cell.text), cell.place, declared, title)
            if self.every and self.last.same_heading(goal, untitled=bool(self.labels) and not title):
                self.again = goal
            else:
                self.every.append(goal)
        elif heading.opens == "indicators":
            goal = self.again or self.last
            goal.weight = declared or goal.weight

    def settle(self, *, another: bool) -> None:
        """Whether the heading said again was that of another goal is known now. What follows it otherwise goes on with the goal."""
        if self.again and another:
            self.every.append(self.again)
        elif self.again and self.again.title not in self.last.title:
            self.last.title += self.again.title
        self.again = None
