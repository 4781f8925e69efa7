"""A study's items as a table, from the API as from the page."""

from __future__ import annotations

import csv
import io

from itembank.dif_studies.worker import DifStudyWorker
from itembank.tables import GroupVariable
from tests.api.conftest import Service
from tests.support.compared_groups import add_compared_groups
from tests.support.institution import NOON


def test_the_items_of_a_study_are_a_table_without_formulas(service: Service) -> None:
    with service.database.writing() as session:
        compared = add_compared_groups(session, service.institution, now=NOON)
        session.get_one(GroupVariable, compared.variable_id).name_en = "=1+1"
    client = service.client("psychometrician")
    wanted = {"unit": "DG100", "variable_id": str(compared.variable_id), "reference": "th", "focal": "ms"}
    address = f"/dif-studies/{client.post('/dif-studies', wanted).json()['id']}"
    assert client.get(f"{address}/items.csv").status_code == 404
    assert DifStudyWorker(service.database, clock=lambda: NOON).work_off() == 1
    table = client.get(f"{address}/items.csv")
    assert table.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(table.text.removeprefix("\ufeff"))))
    assert (rows[0]["classification"], rows[0]["calibrated"], rows[0]["variable"]) == ("C", "0", "'=1+1")
    assert len(rows) == len(client.get(address).json()["results"]["items"])
