"""What finding rules match: a frozen dataclass for each kind of fact, one module a kind.

The fields a policy may name, their types and the values of coded ones follow from these classes (`engine.language.fact_fields`);
their Chinese titles are data, in `schemas/facts.titles.json`. What made a fact is in `engine.findings.facts`.
"""

from engine.language.facts.alike import AlikeFact
from engine.language.facts.bundle import BundleFact
from engine.language.facts.claim import ClaimFact
from engine.language.facts.doubt import DoubtFact
from engine.language.facts.form import FormFact
from engine.language.facts.goal import GoalFact
from engine.language.facts.group import GroupFact
from engine.language.facts.indicator import IndicatorFact
from engine.language.facts.pair import PairFact
from engine.language.facts.part import PartFact
from engine.language.facts.unmet import UnmetFact

AnyFact = (
    BundleFact
    | FormFact
    | PartFact
    | GoalFact
    | GroupFact
    | IndicatorFact
    | UnmetFact
    | ClaimFact
    | DoubtFact
    | AlikeFact
    | PairFact
)

__all__ = [
    "AlikeFact",
    "AnyFact",
    "BundleFact",
    "ClaimFact",
    "DoubtFact",
    "FormFact",
    "GoalFact",
    "GroupFact",
    "IndicatorFact",
    "PairFact",
    "PartFact",
    "UnmetFact",
]
