"""An instance with everything that the product brings, for what the pathways do together."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.deadlines.service import seed
from engine.definitions.files import Upload
from engine.runtime import Runtime
from tests.factories.access import make_runtime
from tests.factories.cases import publish_files
from tests.processes.shipped import FORMS, PROCESSES, drawings


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    rt = make_runtime(tmp_path_factory.mktemp("office"))
    with rt.database.write() as conn:
        seed(conn, rt.clock.now())
    decisions, forms = PROCESSES.rglob("*.dmn"), FORMS.glob("*.form")
    files = [found.path for found in drawings()] + [*decisions, *forms]
    publish_files(rt, *(Upload(path.name, path.read_bytes()) for path in sorted(files)))
    yield rt
    rt.database.close()
