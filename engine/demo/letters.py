"""Letters about several families: one that a partner answers in parts, one whose answers came on paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from engine.cases.letters import answer_letter
from engine.cases.service import start_case
from engine.cases.tables import case_
from engine.demo.answers import Data
from engine.demo.people import Registered
from engine.demo.playing import Stage, Story
from engine.model import StartCase
from engine.records.tables import referral

PROCESS = "p06_letter"
HEAD, HEAD_NAME = "ershova", "Ершова М. В."


@dataclass(frozen=True, slots=True)
class Answered:
    """What came on a working day: so many families of each result, in the order of the letter."""

    day: int
    results: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class BatchLetter:
    """A letter: who wrote it on which working day, to which kind of partner, about whose cases of which
    pathway, and what was answered. `answers_by`: who writes the answers down.
    """

    by: str
    day: int
    partner: str
    opens: Data
    ground: str
    pathway: str
    families: Sequence[str]
    answers_by: str
    answered: Sequence[Answered]

    @property
    def on_paper(self) -> bool:
        """The sender writes down what came by post."""
        return self.answers_by == self.by


LETTERS = (
    BatchLetter(
        by="kravtsova",
        day=-9,
        partner="czn",
        opens={
            "вид_документа": "письмо",
            "о_чём": "Просим помочь родителям найти работу: консультация, вакансии, обучение.",
        },
        ground="Соглашение с центром занятости",
        pathway="p08_patronage",
        families=(
            "barinov", "vedenin", "drozdov", "ermilov", "zhdanov", "ignatov", "kabanov", "lukin", "makarov",
            "nosov", "osipov", "polyakov", "rodionov", "sazonov", "tarasov", "uvarov", "filatov", "haritonov",
        ),
        answers_by="pavlova",
        answered=(
            Answered(-6, {"consulted": 6, "registered": 3, "informed": 2}),
            Answered(-3, {"consulted": 2, "refused": 1, "unreached": 1}),
        ),
    ),
    BatchLetter(
        by="belova",
        day=-24,
        partner="sfr",
        opens={
            "вид_документа": "ходатайство",
            "о_чём": "Просим проверить, все ли положенные выплаты на детей назначены этим семьям.",
        },
        ground="Соглашение об обмене сведениями",
        pathway="p05_family_support",
        families=("avdeev", "danilov"),
        answers_by="belova",
        answered=(Answered(-18, {"consulted": 1, "helped": 1}),),
    ),
)  # fmt: skip


def sent(stage: Stage, letter: BatchLetter, people: Mapping[str, Registered]) -> Story:
    """The letter from its list of families to the last answer that has come."""
    yield stage.at(letter.day, "10:25")
    opens = {**letter.opens, "партнёр": letter.partner}
    case_id = start_case(stage.rt, StartCase(stage.actor(letter.by), PROCESS, opens)).id
    yield stage.at(letter.day, "11:10")
    numbers = [_case_number(stage, letter.pathway, people[key]) for key in letter.families]
    _do(stage, case_id, "list", letter.by, _listed(stage, letter, numbers))
    yield stage.at(letter.day, "15:05")
    _do(stage, case_id, "sign", HEAD, {"подпись": "подписан"})
    if letter.on_paper:
        stage.issue(case_id, "D52", letter.by, HEAD_NAME)
    else:
        yield stage.at(letter.day + 1, "09:30")
        taken = {"исход": "принято", "исполнитель_у_партнёра": "Инспектор отдела, 2-14-05"}
        _do(stage, case_id, "accept", letter.answers_by, taken)
    place = 1
    for answer in letter.answered:
        yield stage.at(answer.day, "14:35")
        results = [key for key, families in answer.results.items() for _ in range(families)]
        given = dict(enumerate(results, start=place))
        answer_letter(stage.rt, stage.actor(letter.answers_by), _letter_number(stage, case_id), given)
        place += len(results)
        yield stage.at(answer.day, "14:50")
        step = "answer" if letter.on_paper else "result"
        _do(stage, case_id, step, letter.answers_by, {})


def _listed(stage: Stage, letter: BatchLetter, numbers: Sequence[str]) -> Data:
    """F201. Each family has given a consent for this very letter."""
    consent = f"от {stage.today:%d.%m.%Y}, в личном деле"
    return {
        "номера_дел": ", ".join(numbers),
        "правовое_основание": letter.ground,
        "передача_данных": "согласие",
        "отдельные_согласия": [{"дело_семьи": number, "реквизиты": consent} for number in numbers],
        "нужна_подпись": True,
    }


def _case_number(stage: Stage, pathway: str, about: Registered) -> str:
    wanted = select(case_.c.number).where(case_.c.process == pathway, case_.c.family_id == about.family_id)
    with stage.rt.database.read() as conn:
        return str(conn.execute(wanted).scalar_one())


def _letter_number(stage: Stage, case_id: int) -> int:
    """The number under which the letter stands in the register of documents."""
    with stage.rt.database.read() as conn:
        return int(conn.execute(select(referral.c.id).where(referral.c.case_id == case_id)).scalar_one())


def _do(stage: Stage, case_id: int, step: str, by: str, data: Data) -> None:
    """Finish a step of the letter: at the partner's the steps stand inside the sub-process of answers."""
    stage.do(case_id, f"{PROCESS}_ut_{step}", by, data)
