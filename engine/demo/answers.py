"""What people write into the forms of the pathway, made of a situation, a day and a little chance."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine.demo.people import Registered
from engine.demo.situations import KCSON, Problem, Situation, situations

Data = dict[str, Any]

SUBSISTENCE = 17733
"""A subsistence minimum for the demonstration, roubles a month."""

PROVIDER = {"название": "Верхнереченский КЦСОН (вымышленный)", "связь": "г. Верхнереченск, ул. Речная, 1"}

AGENCIES = {
    "соцфонд": "Социальный фонд",
    "мвд": "Полиция",
    "загс": "ЗАГС",
    "налоговая": "Налоговая служба",
    "занятость": "Центр занятости",
    "мсэ": "Бюро медико-социальной экспертизы",
    "больница": "Больница",
    "школа": "Школа",
}


@dataclass(frozen=True)
class Answers:
    """Fills forms about one household. `later(n)` gives the day n working days after today's."""

    about: Registered
    rng: random.Random
    later: Callable[[date, int], date]

    @property
    def situation(self) -> Situation:
        return situations()[self.about.household.situation]

    @property
    def palliative(self) -> bool:
        return self.about.household.situation == "palliative"

    def signal(self, decides: str, channel: str) -> Data:
        """F09: how the application came."""
        return {"повод": "заявитель", "канал": channel, "решает": decides, "паллиативный": self.palliative}

    def application(self, day: date) -> Data:
        """F20."""
        situation = self.situation
        found: Data = {
            "дата_заявления": day,
            "способ_подачи": "лично",
            "кто_подал": "заявитель",
            "нужды": list(situation.needs),
            "форма_обслуживания": situation.care,
            "просьба": situation.request,
            "паллиативный": self.palliative,
            "комплект": list(situation.papers),
            "расписка_выдана": True,
            "основание_обработки": "согласие",
            "получатели_сведений": ["образование", "занятость"],
        }
        if self.palliative:
            found["документ_паллиатив"] = f"Заключение врачебной комиссии № {self.rng.randint(11, 90)}"
        return found

    def requests(self, day: date) -> Data:
        """F54."""
        return {
            "запросы": [
                {
                    "ведомство": each.agency,
                    "как_запрос": each.how,
                    "номер_запроса": str(self.rng.randint(100, 480)),
                    "какие_сведения": each.what,
                    "норма_запроса": "210-ФЗ, ст. 7.1",
                }
                for each in self.situation.requests
            ],
            "дата_запросов": day,
        }

    def replies(self, day: date) -> Data:
        """F55; what went as a document is answered in a case of its own."""
        return {
            "ответы": [
                {
                    "ведомство": AGENCIES[each.agency],
                    "дата_ответа": day,
                    "итог": "получен",
                    "ответ": f"{each.what}: ответ приобщён к делу",
                }
                for each in self.situation.requests
                if not each.by_itself
            ],
        }

    def examination(self, day: date) -> Data:
        """F10."""
        low, high = self.situation.income
        found: Data = {
            "дата_обследования": day,
            "адрес_обследования": self.about.address,
            **self.situation.home,
            "детей": self.about.children,
            "доход_на_человека": self.rng.randrange(low, high, 50),
            "слова_семьи": self.situation.request,
            "вывод_обследования": self.situation.seen,
        }
        if "площадь" in found:
            found["площадь"] += self.rng.randint(-3, 6)
        return found

    def begun_examination(self, day: date) -> Data:
        """F10 as far as somebody got on the spot."""
        whole = self.examination(day)
        return {key: whole[key] for key in ("дата_обследования", "место_обследования", "тип_жилья", "детей")}

    def questionnaire(self) -> Data:
        """F21; what the examination found stays as it is."""
        return {**self.situation.survey, "прожиточный_минимум": SUBSISTENCE}

    def analysis(self) -> Data:
        """F22."""
        return {
            "проблемы": [
                {
                    "проблема": each.problem,
                    "сфера": each.sphere,
                    "острота": each.urgency,
                    "мера": each.measure,
                }
                for each in self.situation.problems
            ],
            "вывод_анализа": self.situation.analysis,
        }

    def agreed_tasks(self, day: date) -> Data:
        """F23."""
        found: Data = {
            "задачи": [self._task(each, day) for each in self.situation.problems],
            "согласие_заявителя": "согласен",
            "дата_согласования": day,
        }
        if self.about.household.situation == "no_ground":
            found["оснований_нет_сообщено"] = True
        return found

    def begun_tasks(self, day: date) -> Data:
        """F23 before the person has agreed."""
        return {"задачи": [self._task(self.situation.problems[0], day)]}

    def _task(self, problem: Problem, day: date) -> Data:
        return {
            "задача": problem.measure,
            "путь": problem.how,
            "исполнитель": problem.who,
            "срок": self.later(day, problem.days),
        }

    def programme(self, day: date, until: date) -> Data:
        """F24 as a draft: what the commission sees."""
        return {
            "цель_программы": self.situation.goal,
            "форма_обслуживания": self.situation.care,
            **self._services(day, until),
            "программа_до": until,
        }

    def begun_programme(self) -> Data:
        """F24 with its aim only."""
        return {"цель_программы": self.situation.goal, "форма_обслуживания": self.situation.care}

    def signed_programme(self, day: date, until: date) -> Data:
        """F24 when it is signed: lists are sent again, the rest is kept from the draft."""
        return {
            **self._services(day, until),
            "дата_программы": day,
            "кто_подписал": "руководитель",
            "экземпляров": 2,
            "подпись_заявителя": "подпишет при вручении",
        }

    def _services(self, day: date, until: date) -> Data:
        return {
            "услуги": [
                {
                    "вид_услуги": each.kind,
                    "услуга": each.name,
                    "объём": each.amount,
                    "периодичность": each.often,
                    "срок_услуги": until,
                    "исполнитель_услуги": KCSON,
                }
                for each in self.situation.services
            ],
            "поставщики": [PROVIDER],
            "нужно_сопровождение": bool(self.situation.support),
            "мероприятия": [
                {
                    "вид_помощи": each.kind,
                    "мероприятие": each.measure,
                    "исполнитель": each.who,
                    "срок": self.later(day, 20),
                }
                for each in self.situation.support
            ],
        }

    def head_decision(self, day: date) -> Data:
        """F28: the head recognises the person as in need."""
        return {"решение": "нуждается", "номер_решения": str(self.rng.randint(4, 60)), "дата_решения": day}

    def handover(self, day: date) -> Data:
        """F26."""
        return {
            "дата_вручения": day,
            "кому_вручено": "заявитель",
            "способ_вручения": "лично" if self.about.household.place == "Верхнереченск" else "на дому",
            "разъяснено": ["отказ", "выбор", "оплата", "пересмотр"],
        }


def refusal(day: date) -> Data:
    """F25."""
    return {
        "основания_отказа": ["нет обстоятельств"],
        "причины_решения": "Обстоятельств, которые ухудшают условия жизни, комиссия не нашла.",
        "порядок_обжалования": "Отказ можно обжаловать руководителю органа социальной защиты или в суд.",
        "способ_уведомления": "лично",
        "дата_уведомления": day,
    }


def services_refused(day: date) -> Data:
    """F27."""
    return {
        "дата_отказа": day,
        "вид_отказа": "письменно",
        "причина_отказа_гражданина": "Пока справимся сами, обратимся позже",
        "последствия_разъяснены": True,
        "отмечено_в_программе": True,
    }


def closed_by_request(day: date) -> Data:
    """F58."""
    return {
        "дата_просьбы": day,
        "вид_просьбы": "письменно",
        "причина_закрытия": "передумал",
        "документы_возвращены": True,
        "повторно_разъяснено": True,
    }


def lateness_explained(until: date) -> Data:
    """F56."""
    return {
        "причина_нарушения": "нагрузка",
        "меры_по_сроку": "Снять со специалиста приём в среду, подписать программу вне очереди.",
        "закончить_до": until,
        "исполнитель_дела": "прежний",
    }


def extraordinary_sitting(day: date, note: str, how: str = "внеочередное") -> Data:
    """F37."""
    return {
        "способ_рассмотрения": how,
        "дата_внеочередного": day,
        "примечание_секретаря": note,
    }


def sitting(day: date, *, kind: str = "family") -> Data:
    """F35."""
    return {
        "вид_комиссии": kind,
        "дата_заседания": day,
        "время_заседания": "14:00",
        "место": "Администрация округа, кабинет 5",
        "порядок": "очно",
    }


def opened_sitting(present: Sequence[str], hour: str = "14:00") -> Data:
    """F32."""
    return {"присутствуют": list(present), "начало": hour, "приглашённые": "Представитель школы"}


def ruling_sent(day: date) -> Data:
    """F187."""
    return {
        "постановление_отправлено": day,
        "как_отправлено": "через программу",
        "кому_отправлено": f"{KCSON}, опека, центр занятости",
    }


MEASURES = {
    "need_status": ("Оформить и вручить ИППСУ", KCSON),
    "patronage_on": ("Составить межведомственный план работы с семьёй", "КДН и ЗП"),
    "patronage_off": ("Снять семью с учёта, через три месяца проверить", "КДН и ЗП"),
    "urgent_aid": ("Подтвердить выданную помощь", KCSON),
    "detect": ("Назначить куратора, обследовать условия жизни", KCSON),
    "sc_program": ("Заключить с семьёй социальный контракт", KCSON),
    "gsp": ("Назначить выплату, сообщить семье", KCSON),
    "ippsu_change": ("Внести изменения в программу", KCSON),
}
"""What follows from a decision by the kind of the question, and who sees to it."""


def decision(kind: str, words: str, until: date, category: str = "") -> Data:
    """F39: a decision of the commission in the words of the form; `category`: of who is put on a register."""
    if words == "одобрено":
        measure, responsible = MEASURES.get(kind, ("Проследить, что семье помогли", KCSON))
        measures = [{"мера": measure, "ответственный": responsible, "срок": until}]
        found: Data = {"решение": words, "меры": measures}
        return {**found, "категория": category} if category else found
    reasons = {
        "отказано": "Обстоятельства статьи 15 не подтвердились ни обследованием, ни ответами ведомств.",
        "отложено": "Ждём выписку из больницы, без неё состав услуг не определить.",
        "доп. проверка": "Сведения о доходе расходятся: уточнить в налоговой и у работодателя.",
    }
    return {"решение": words, "причины": reasons[words]}
