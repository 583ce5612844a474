"""汇总: the forms of many units or projects made one, level by level, each value with its trace.

The result is a submission record again: it can be evaluated, reported and rolled up further. What cannot be added stays empty
and is told as a finding; see `policy.rollup` for what the policy decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from engine.errors import InputError, Place, PolicyError, Problem
from engine.forms.labels import fold
from engine.forms.places import PlaceWords
from engine.language.model import Scalar
from engine.language.rules import SEVERITIES
from engine.policy.model import Policy
from engine.policy.rollup import RollupRules
from engine.rollup import conservation, correspondence
from engine.rollup.admission import OWN, CountedForm, Twin, Uncounted, admit, alike, filed_of
from engine.rollup.checks import Fact, RollupFinding, level_facts, obstacle_facts, tell
from engine.rollup.conservation import Conserved
from engine.rollup.correspondence import Key
from engine.rollup.forms import RolledHead, children_of, roll_form, with_scores
from engine.rollup.given import MatchTable
from engine.rollup.model import Obstacle, funds_of, name_key
from engine.rollup.outcome import Level, Rollup
from engine.rollup.units import UnitTree, flat
from engine.scoring.budget import scored_line
from engine.scoring.form import evaluate
from engine.scoring.model import Evaluation, ScoredForm
from engine.submission.model import Form, Submission
from engine.submission.rolled import Remark
from engine.values import names
from engine.values.vocabulary import Vocabulary

MOST_NAMES = 400
"""Names of projects compared pairwise for a proposal; of more none is made."""


def axis_of(forms: Sequence[Form]) -> str:
    """How forms are rolled up where nobody says: the projects of one unit to its department, else the units to their superior.

    Forms of one unit's name that are the same form are of two units, in two folders, or two versions: no department's projects.
    """
    one = len({fold(form.unit) for form in forms}) == 1
    several = len({(form.kind, name_key(form.name)) for form in forms}) == len(forms)
    return "project" if one and several and any(form.kind == "project" for form in forms) else "unit"


def roll_up(
    forms: Sequence[Form],
    policy: Policy,
    by: str,
    *,
    tree: UnitTree | None = None,
    name: str = "",
    match: MatchTable | None = None,
    files: Sequence[str] | None = None,
    twins: Sequence[Twin] = (),
) -> Rollup:
    """The forms rolled up by unit, region (up the tree, level by level) or project.

    `match`: what a person said of which goes into which row. `files`: the file each form was read from, where that is not what the
    form itself says. `twins`: files that were passed over since they say what another says.
    Raises PolicyError if the policy does not say how, InputError for forms of different years, for one form in two versions or
    places, and for lines of the table that fit nothing; InternalError if something was lost or counted twice.
    """
    rules = policy.rollup
    if rules is None:
        raise PolicyError(
            Problem(
                Place(),
                f"政策“{policy.id}”没有规定怎样汇总（rollup）",
                "写有 rollup 部分的政策；没有条文的地方不能汇总",
                code="rollup.none",
            )
        )
    _agree(forms)
    unnamed = tree is None and not name
    tree = tree or flat_of(forms, files, name)
    over = None if by == "project" else tree
    bare = not any(line.money_unit for form in forms if (line := scored_line(form)))

    def funds(form: Form) -> Fraction | None:
        return funds_of(form, rules, policy.words, bare)

    admitted = admit(filed_of(forms, over, files), over, twins, place_words(policy), funds, match)
    if unnamed and by != "project":
        name = rules.texts["unit_name"].replace("{count}", str(len({m.home for m in admitted.members})))
    scored = [evaluate(Submission((m.form,), policy.jurisdiction, policy.id), policy).forms[0] for m in admitted.members]
    run = _RollupRun(list(zip(admitted.members, scored, strict=True)), policy, rules, by, tree, name, match or MatchTable())
    done = run.run()
    conservation.check(forms, admitted, run.own, run.made, policy.words)
    own = (Uncounted(f.unit, f.name, f.place, OWN, funds(f)) for f in run.own)
    return replace(done, left=(*admitted.left, *own))


def flat_of(forms: Sequence[Form], files: Sequence[str] | None, name: str) -> UnitTree:
    """All units of the forms under one called `name`."""
    named = files or [form.place.file for form in forms]
    return flat(((file, f.unit, f.kind, name_key(f.name)) for f, file in zip(forms, named, strict=True)), name)


def place_words(policy: Policy) -> PlaceWords:
    """How regions are written, as the policy's layout says."""
    return policy.layout.places if policy.layout else PlaceWords()


def _agree(forms: Sequence[Form]) -> None:
    """One year, and at least one form."""
    problems: list[Problem] = []
    years = sorted({form.fiscal_year for form in forms})
    if len(years) > 1:
        listed = "、".join(map(str, years))
        problems.append(Problem(forms[0].place, f"一起汇总的表属于不同年度：{listed}", "同一年度的表", code="rollup.years"))
    if not forms:
        problems.append(Problem(Place(), "没有可以汇总的表", "至少一份自评表", code="rollup.none"))
    if problems:
        raise InputError(problems)


class _RollupRun:
    def __init__(
        self,
        filed: Sequence[tuple[CountedForm, ScoredForm]],
        policy: Policy,
        rules: RollupRules,
        by: str,
        tree: UnitTree,
        name: str,
        match: MatchTable,
    ) -> None:
        self.filed, self.policy, self.rules, self.by, self.name = list(filed), policy, rules, by, name
        self.scored = [scored for _, scored in self.filed]
        self.words: Vocabulary = policy.words
        self.tree = tree
        self.levels: list[Level] = []
        self.told: set[str] = set()
        """Nodes that have a level, which says itself who is missing under it."""
        self.own: list[Form] = []
        self.made: list[Conserved] = []
        self.match = correspondence.matched(filed, policy, rules, by, match, self._adds)
        self.similar = self._similar()
        self.alike = alike([member for member, _ in self.filed], rules.copied_from)

    def run(self) -> Rollup:
        if self.by == "project":
            self._projects()
        else:
            self._regions()
        top = [level for level in self.levels if level.depth == 0]
        if not top:
            message = "没有下级单位的表可以汇总：给出的都是最上一级自己的表"
            raise InputError(Problem(self.scored[0].form.place, message, "下级单位的自评表", code="rollup.none"))
        forms = tuple(scored.form for level in top for scored in level.forms)
        submission = Submission(forms, self.policy.jurisdiction, self.policy.id)
        levels = tuple(sorted(self.levels, key=lambda level: (level.depth, level.name)))
        return Rollup(self.by, self.policy, submission, levels, tuple(self.scored), (), self.match.forms)

    # --- projects of departments -----------------------------------------------------------------------------------

    def _projects(self) -> None:
        """The projects of each unit as its department's form, held against the department form it filed itself."""
        units: dict[str, list[ScoredForm]] = {}
        for item in self.scored:
            units.setdefault(fold(item.form.unit), []).append(item)
        for key in sorted(units):
            own = next((s for s in units[key] if s.form.kind == "department"), None)
            self.own += [own.form] if own else []
            projects = [s for s in units[key] if s.form.kind == "project"]
            unit = units[key][0].form.unit
            if not projects:
                message = f"“{unit}”没有项目自评表，不能按项目汇总"
                raise InputError(Problem(units[key][0].form.place, message, "至少一份项目自评表", code="rollup.projects"))
            name = own.form.name if own else self.rules.texts["department_name"]
            level = self._level(self.name or unit, 0, [(RolledHead("project", unit, name, "department"), projects, own)], (), ())
            self.levels.append(level)

    # --- units and regions -----------------------------------------------------------------------------------------

    def _regions(self) -> None:
        """Every node with others under it, deepest first: its forms are made of theirs."""
        tree = self.tree
        by_node: dict[str, dict[Key, ScoredForm]] = {key: {} for key in tree.nodes}
        for member, scored in self.filed:
            by_node[member.home][self.match.keys[id(member.form)]] = scored
            self.own += [] if self._adds(member, self.match.keys) else [member.form]
        for key in tree.bottom_up():
            node = tree.nodes[key]
            under = sorted(node.children)
            missing = tuple(sorted({name for child in under for name in self._absent(child, tree, by_node)}))
            depth = tree.depth(key)
            name = self.name if depth == 0 and self.name else node.name
            heads: list[tuple[RolledHead, list[ScoredForm], ScoredForm | None]] = []
            filing = [child for child in under if by_node[child]]
            mine = [k for k in by_node[key] if k not in self._keys_of(filing, by_node)] if filing else []
            for form_key in sorted([*self._keys_of(filing, by_node), *mine]):
                group = [by_node[child][form_key] for child in filing if form_key in by_node[child]]
                if not group:  # a project of the region itself that nobody under it has
                    heads.append(
                        (RolledHead(self.by, name, by_node[key][form_key].form.name, form_key[0]), [by_node[key][form_key]], None)
                    )
                    continue
                lacking = tuple(tree.nodes[c].name for c in filing if form_key not in by_node[c]) if len(group) > 1 else ()
                called = self.match.called([s.form for s in group])
                head = RolledHead(self.by, name, called, form_key[0], (*missing, *lacking))
                heads.append((head, group, by_node[key].get(form_key)))
            if not heads:
                continue
            level = self._level(name, depth, heads, missing, [tree.nodes[c].name for c in filing])
            self.levels.append(level)
            made = dict(zip(sorted([*self._keys_of(filing, by_node), *mine]), level.forms, strict=True))
            self.match.labels.update((id(item.form), item.form.unit) for item in level.forms)
            by_node[key] = {**by_node[key], **made}
            self.told.add(key)

    def _absent(self, key: str, tree: UnitTree, by_node: Mapping[str, Mapping[Key, ScoredForm]]) -> list[str]:
        """The units under a node (or the node itself) that were expected and have filed nothing, where no level tells it."""
        if key in self.told:
            return []
        node = tree.nodes[key]
        below = [name for child in node.children for name in self._absent(child, tree, by_node)]
        return below or ([node.name] if node.expected and not by_node[key] else [])

    def _adds(self, member: CountedForm, keys: Mapping[int, Key]) -> bool:
        """Whether a form is added: the form of a level itself is not where those under it have it, too, nor is the form of a
        department whose projects are."""
        if self.by == "project":
            return member.form.kind == "project"
        if not self.tree.nodes[member.home].children:
            return True
        key = keys[id(member.form)]
        below = (other for other, _ in self.filed if other.home != member.home and keys[id(other.form)] == key)
        return not any(member.home in self.tree.above(other.home) for other in below)

    def _similar(self) -> dict[str, str]:
        """Projects whose names are alike and that no member has both of: by the name of one, that of the other."""
        held: dict[str, set[Key]] = {}
        homes: dict[Key, set[str]] = {}
        for member, _ in self.filed:
            key = self.match.keys[id(member.form)]
            homes.setdefault(key, set()).add(member.home)
            if member.form.kind == "project":
                held.setdefault(member.form.name, set()).add(key)
        every = sorted(held)
        if self.by == "project" or len(every) > MOST_NAMES:
            return {}
        out = {}
        for n, one in enumerate(every):
            for other in every[n + 1 :]:
                apart = all(a != b and not homes[a] & homes[b] for a in held[one] for b in held[other])
                if apart and names.may_be_one(one, other, self.policy.names):
                    out[name_key(one)] = other
        return out

    @staticmethod
    def _keys_of(nodes: Iterable[str], by_node: Mapping[str, Mapping[Key, ScoredForm]]) -> list[Key]:
        return sorted({key for node in nodes for key in by_node[node]})

    # --- one level ---------------------------------------------------------------------------------------------------

    def _beside(self, head: RolledHead, group: Sequence[ScoredForm], depth: int) -> Iterator[Obstacle]:
        """What is to be said of a form beside its values: names that are alike, forms that say the same under two names."""
        labels = tuple(self.match.labels[id(s.form)] for s in group)
        if depth == 0 and (other := self.similar.get(name_key(head.name))):
            yield Obstacle("forms-alike", units=labels, whole=len(group), details=other)
        for label, item in zip(labels, group, strict=True):
            if first := self.alike.get(id(item.form)):
                yield Obstacle("form-copied", units=(label,), details=f"{first}”与“{item.form.name}")

    def _level(
        self,
        name: str,
        depth: int,
        heads: Sequence[tuple[RolledHead, Sequence[ScoredForm], ScoredForm | None]],
        missing: Sequence[str],
        children: Iterable[str],
    ) -> Level:
        forms: list[Form] = []
        facts: list[tuple[Mapping[str, Scalar], list[Fact]]] = []
        sizes: list[int] = []
        for head, group, _ in heads:
            own = children_of([(self.match.labels[id(s.form)], s.form, s) for s in group], self.by, self.rules, self.words)
            rolled = roll_form(own, head, self.policy, self.rules, self.words, self.match.rows)
            whole: dict[str, Scalar] = {"by": self.by, "level": name, "form": head.name, "form_kind": head.kind}
            obstacles = list(rolled.obstacles)
            lacking = tuple(unit for unit in head.missing if unit not in missing)
            if lacking:
                obstacles.append(Obstacle("form-missing", units=lacking, whole=len(group) + len(lacking)))
            obstacles += self._beside(head, group, depth)
            facts.append((whole, list(obstacle_facts(obstacles, whole))))
            forms.append(rolled.form)
            sizes.append(len(group))
        forms = [with_scores(s.form, s) for s in self._evaluated(forms).forms]
        scored = self._evaluated(forms).forms  # with the scores in their cells: as it will be read back
        for item, (_, group, _) in zip(scored, heads, strict=True):
            self.made.append(Conserved(name, item.form, tuple(s.form for s in group)))
        if missing:
            gap = Obstacle("unit-missing", units=tuple(missing), whole=len(list(children)) + len(missing))
            facts[0][1].extend(obstacle_facts([gap], facts[0][0]))
        for (fields, found), (_, _, filed), item, size in zip(facts, heads, scored, sizes, strict=True):
            if filed is not None:
                found += level_facts(filed, item, fields, self.policy, self.words, size)
        told = [tell(found, self.rules, self.policy) for _, found in facts]
        order = list(SEVERITIES)
        told = [sorted(group, key=lambda t: (order.index(t.severity), t.rule, t.subject, t.message)) for group in told]
        kept = tuple(replace(item, form=_remarked(item.form, group)) for item, group in zip(scored, told, strict=True))
        return Level(name, depth, kept, tuple(t for group in told for t in group), tuple(children), tuple(missing))

    def _evaluated(self, forms: Sequence[Form]) -> Evaluation:
        return evaluate(Submission(tuple(forms), self.policy.jurisdiction, self.policy.id), self.policy)


def _remarked(form: Form, told: Sequence[RollupFinding]) -> Form:
    if form.rolled is None:
        return form
    remarks = tuple(Remark(t.rule, t.severity, t.subject, t.message) for t in told)
    return replace(form, rolled=replace(form.rolled, remarks=remarks))
