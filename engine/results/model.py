"""The result document, typed. Made from schemas/result.schema.json by `make docs`: change the schema, not this."""

from __future__ import annotations

from typing import NotRequired, TypedDict


class ResultReading(TypedDict):
    """一种读法。"""

    reading: str
    met: str
    computed: str | None


class ResultAnswer(TypedDict):
    """答复的写法。"""

    name: str
    unit: str
    level2: str


class ResultQuestion(TypedDict):
    """一个问题。"""

    id: str
    of: str
    form: str
    subject: str
    readings: list[ResultReading]
    stake: str | None
    ask: str
    forms: list[str]
    answer: ResultAnswer
    bundle: NotRequired[int]


class ResultPolicy(TypedDict):
    """所用政策。"""

    id: str
    title: str
    status: str
    sha256: str


class ResultBundle(TypedDict):
    """一组。"""

    unit: str
    fiscal_year: int
    policy: str | None
    files: list[str]
    forms: list[str]
    findings: ResultTally


class ResultTally(TypedDict):
    """问题个数。"""

    error: int
    warning: int
    info: int


class ResultFile(TypedDict):
    """一个文件。"""

    name: str
    status: str
    reason: NotRequired[str]
    forms: int


class ResultProblem(TypedDict):
    """读入时的一个问题。"""

    where: str
    file: NotRequired[str]
    line: NotRequired[int]
    column: NotRequired[int]
    message: str
    expected: NotRequired[str]
    nearest: NotRequired[str]
    code: NotRequired[str]


class ResultForm(TypedDict):
    """一张自评表。"""

    unit: str
    fiscal_year: int
    kind: str
    name: str
    bundle: NotRequired[int]
    policy: NotRequired[str | None]
    layout: NotRequired[str]
    where: str
    scores: dict[str, ResultScore]
    grade: ResultGrade
    counts: ResultCounts
    indicators: list[ResultIndicator]
    budget: ResultBudget
    scheme: ResultScheme


class ResultScheme(TypedDict):
    """分值。"""

    case: NotRequired[str]
    label: NotRequired[str]
    full_score: str
    execution: str
    level1: dict[str, str]
    basis: str


class ResultBudget(TypedDict):
    """预算执行情况。"""

    unit: str | None
    original_budget: NotRequired[str]
    budget: NotRequired[str]
    executed: NotRequired[str]
    unspent: NotRequired[str]
    basic_expenditure: NotRequired[str]
    project_expenditure: NotRequired[str]
    change: NotRequired[str]
    execution_rate: NotRequired[str]
    execution_rate_unrounded: NotRequired[str]
    line: NotRequired[ResultBudgetLine]


class ResultBudgetLine(TypedDict):
    """计分的一行。"""

    name: str
    unit: str
    budget: str
    executed: str
    rate: NotRequired[str]


class ResultScore(TypedDict):
    """一项得分。"""

    reported: str | None
    computed: str | None
    allowed: list[str] | None
    status: str
    reason: NotRequired[str]
    trace: NotRequired[ResultTrace]


class ResultGrade(TypedDict):
    """等级。"""

    reason: NotRequired[str]
    reported: str | None
    computed: str | None
    basis: str | None


class ResultCounts(TypedDict):
    """指标个数。"""

    indicators: int
    met: int
    unknown: int
    completion_rate: str | None


class ResultIndicator(TypedDict):
    """一个三级指标。"""

    goal: int
    name: str
    level1: str
    level2: str
    weight: str | None
    weight_ground: str
    weight_reason: NotRequired[str]
    weight_range: NotRequired[list[str]]
    target: str
    actual: str
    status: str
    direction: str
    direction_ground: str
    certain: bool
    readings: list[ResultReading]
    nature: str
    attainment: str | None
    met: str
    reported: str | None
    computed: str | None
    allowed: list[str] | None
    reason: NotRequired[str]
    where: str
    trace: ResultTrace
    exceeded_by: NotRequired[str]
    exceeded_share: NotRequired[str]
    filed_reason: NotRequired[str]


class ResultTrace(TypedDict):
    """由来。"""

    case: NotRequired[str]
    label: NotRequired[str | None]
    basis: NotRequired[str]
    formula: NotRequired[str]
    operands: NotRequired[str]
    values: NotRequired[dict[str, str]]
    before: NotRequired[ResultTrace]
    tier: NotRequired[str]
    tier_range: NotRequired[str]
    unrounded: NotRequired[str]
    bounded: NotRequired[str]
    bounded_basis: NotRequired[str]
    rounding: NotRequired[str]
    rounding_basis: NotRequired[str]
    recognition: NotRequired[list[ResultStep]]
    comparison: NotRequired[str]
    composite_take: NotRequired[str]
    composite_basis: NotRequired[str]
    name_read: NotRequired[str]
    answered: NotRequired[str]
    wording: NotRequired[ResultWording]
    values_read: NotRequired[ResultValuesRead]
    notes: NotRequired[list[str]]


class ResultWording(TypedDict):
    """措辞。"""

    verdict: str
    ground: str
    why: str
    marks: list[ResultMark]


class ResultMark(TypedDict):
    """起作用的词。"""

    word: str
    role: str
    start: int
    end: int
    reach: NotRequired[str]


class ResultStep(TypedDict):
    """一步。"""

    table: str
    case: str
    label: str
    value: str
    basis: str


class ResultValuesRead(TypedDict):
    """读作。"""

    target: ResultValue
    actual: ResultValue


class ResultValue(TypedDict):
    """读出的值。"""

    kind: str
    operator: NotRequired[str]
    quantities: NotRequired[list[ResultQuantity]]
    deadline: NotRequired[str]


class ResultQuantity(TypedDict):
    """一个数。"""

    number: NotRequired[str]
    unit: NotRequired[str]
    label: NotRequired[str]
    approximate: NotRequired[str]


class ResultConcern(TypedDict):
    """一个问题。"""

    bundle: NotRequired[int]
    id: str
    title: str
    cause: str
    severity: str
    certain: bool
    stake: ResultStake
    forms: list[int]
    subjects: list[str]
    findings: list[int]
    advice: str
    key: str


class ResultStake(TypedDict):
    """涉及多少。"""

    points: str | None
    money_yuan: str | None


class ResultFinding(TypedDict):
    """一处发现。"""

    bundle: NotRequired[int]
    rule: str
    title: NotRequired[str]
    category: str
    severity: str
    form: str
    subject: str
    message: str
    advice: str
    basis: str
    basis_title: NotRequired[str]
    derived_by: NotRequired[list[str]]
    evidence: list[ResultEvidence]
    rows: NotRequired[list[ResultFindingRow]]
    report: NotRequired[str]
    correction: NotRequired[ResultCorrection]


class ResultFindingRow(TypedDict):
    """一处发现里的一行。"""

    form: NotRequired[str]
    subject: str
    message: str
    report: NotRequired[str]
    evidence: list[int]


class ResultCorrection(TypedDict):
    """一处更正。"""

    where: str
    field: str
    now: str
    right: str
    start: NotRequired[int]


class ResultEvidence(TypedDict):
    """一格。"""

    where: str
    field: str
    title: NotRequired[str]
    value: str
    file: NotRequired[str]
    line: NotRequired[int]


class ResultRule(TypedDict):
    """一条规则。"""

    id: str
    title: NotRequired[str]
    state: str
    hits: int
    reason: str
    by_option: NotRequired[bool]
    ms: NotRequired[str]


class Result(TypedDict):
    """计分与核对结果。"""

    engine: str
    matcher: NotRequired[str]
    notes: NotRequired[list[str]]
    policy: NotRequired[ResultPolicy | None]
    policies: NotRequired[list[ResultPolicy]]
    bundles: NotRequired[list[ResultBundle]]
    files: NotRequired[list[ResultFile]]
    problems: list[ResultConcern]
    head: list[str]
    input_problems: NotRequired[list[ResultProblem]]
    forms: list[ResultForm]
    findings: list[ResultFinding]
    rules: NotRequired[list[ResultRule]]
    questions: list[ResultQuestion]
