"""The command ``samat`` as a person or script runs it: in a process of its own."""

from __future__ import annotations

import csv
import io
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from itembank.authoring.starter import starter_items
from itembank.database import Database
from tests.support.institution import NOON, Institution
from tests.support.sitting import sit_through

LSAT7 = "12 19 1 7 3 19 3 17 10 5 3 7 7 23 8 28 7 39 11 34 14 51 15 90 6 25 7 35 18 136 32 308"


def samat(*arguments: object, database: str = "sqlite:////nowhere/x.db") -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, and give what it printed."""
    environment = {**os.environ, "SAMAT_DATABASE_URL": database, "PYTHONWARNINGS": "error"}
    program = [sys.executable, "-c", "from api.commands import main; main()", *map(str, arguments)]
    return subprocess.run(program, capture_output=True, text=True, env=environment, check=False, timeout=120)


def refused(result: subprocess.CompletedProcess[str]) -> str:
    """Check that a run was refused as promised, and give its sentence."""
    assert result.returncode == 2, result
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1, result.stderr
    assert "Traceback" not in result.stderr
    return result.stderr


@pytest.fixture
def lsat7(tmp_path: Path) -> Path:
    path = tmp_path / "lsat7.csv"
    with path.open("w") as file:
        file.write("person,1,2,3,4,5\n")
        number = 0
        for pattern, count in enumerate(LSAT7.split()):
            for _ in range(int(count)):
                number += 1
                file.write(f"p{number},{','.join(format(pattern, '05b'))}\n")
    return path


def test_calibrate_score_and_simulate_work_on_files_alone(lsat7: Path, tmp_path: Path) -> None:
    parameters, scores = tmp_path / "parameters.csv", tmp_path / "scores.csv"
    run = samat("calibrate", lsat7, "--model", "2pl", "--priors", "none", "--out", parameters, "--json")
    assert (run.returncode, run.stderr) == (0, "")
    result = json.loads(run.stdout)
    assert result["log_likelihood"] == pytest.approx(-2658.805, abs=5e-4)
    assert result["converged"] is True
    assert (result["n_persons"], result["n_items"], result["n_responses"]) == (1000, 5, 5000)
    assert {"iterations", "seconds"} <= set(result)
    assert {"item", "model", "a", "b", "c", "se_a", "se_b", "se_c"} <= set(result["items"][0])

    run = samat("score", lsat7, "--parameters", parameters, "--method", "eap", "--out", scores)
    assert run.returncode == 0, run.stderr
    rows = list(csv.DictReader(scores.read_text().splitlines()))
    assert list(rows[0]) == ["person", "theta", "se", "status"]
    assert len(rows) == 1000
    assert float(rows[0]["theta"]) < float(rows[-1]["theta"])

    blueprint = tmp_path / "blueprint.toml"
    blueprint.write_text('length = { min = 2, max = 5 }\n[stop]\nrule = "confidence"\ncut = -0.3\nconfidence = 0.8\n')
    options = ("--parameters", parameters, "--blueprint", blueprint, "--examinees", 50, "--seed", 7, "--json")
    run = samat("simulate", *options)
    assert run.returncode == 0, run.stderr
    report = json.loads(run.stdout)
    assert {
        "examinees", "bias", "rmse", "mean_length", "max_exposure", "overlap", "blueprint_violations",
        "decision_accuracy", "claimed_accuracy", "seconds",
    } <= set(report)  # fmt: skip
    again = json.loads(samat("simulate", *options).stdout)
    assert {**again, "seconds": 0} == {**report, "seconds": 0}
    without_cut = json.loads(
        samat("simulate", "--parameters", parameters, "--examinees", 5, "--seed", 1, "--json").stdout
    )
    assert "decision_accuracy" not in without_cut


@pytest.fixture
def mixed_parameters(tmp_path: Path) -> Path:
    path = tmp_path / "mixed.csv"
    lines = ["item,model,a,b,c,d,b1,b2,b3"]
    for place in range(4):
        b = place - 1.5
        lines += [
            f"t{place},3pl,1.2,{b},0.2,,,,",
            f"f{place},4pl,1.2,{b},0.1,0.95,,,",
            f"g{place},grm,1.1,,,,{b - 1},{b},{b + 1}",
            f"p{place},gpcm,0.9,,,,{b},{b - 0.5},",
        ]
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.mark.parametrize("method", ["eap", "map", "mle", "wle"])
def test_score_takes_every_model_of_the_parameter_file(mixed_parameters: Path, tmp_path: Path, method: str) -> None:
    responses, scores = tmp_path / "responses.csv", tmp_path / "scores.csv"
    responses.write_text("person,g0,p1,t2,f3,g2\nlow,0,0,0,0,0\nmiddle,2,1,1,0,1\nhigh,3,2,1,1,3\nnone,,,,,\n")
    run = samat("score", responses, "--parameters", mixed_parameters, "--method", method, "--out", scores)
    assert (run.returncode, run.stderr) == (0, "")
    rows = {row["person"]: row for row in csv.DictReader(scores.read_text().splitlines())}
    assert rows["none"]["status"] == "no_responses"
    if method == "mle":
        assert (rows["low"]["status"], rows["high"]["status"]) == ("all_incorrect", "all_correct")
        assert rows["middle"]["status"] == "ok"
    else:
        assert float(rows["low"]["theta"]) < float(rows["middle"]["theta"]) < float(rows["high"]["theta"])


def test_a_score_above_the_highest_of_its_item_names_person_and_item(mixed_parameters: Path, tmp_path: Path) -> None:
    responses = tmp_path / "responses.csv"
    responses.write_text("person,g0,p1\nann,3,2\nbo,3,3\n")
    run = samat("score", responses, "--parameters", mixed_parameters, "--out", tmp_path / "scores.csv")
    sentence = refused(run)
    assert "responses.csv" in sentence
    assert "person 'bo', item 'p1': score 3; its parameters allow from 0 to 2" in sentence


def test_simulate_takes_every_model_of_the_parameter_file(mixed_parameters: Path) -> None:
    options = ("--parameters", mixed_parameters, "--true-parameters", mixed_parameters, "--examinees", 20, "--seed", 3)
    run = samat("simulate", *options, "--json")
    assert (run.returncode, run.stderr) == (0, "")
    figures = json.loads(run.stdout)
    assert figures["mean_length"] == 16
    assert figures["rmse"] < 0.8


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("frobnicate",), "frobnicate"),
        (("calibrate", "{tmp}/none.csv", "--model", "2pl"), "none.csv"),
        (("calibrate", "{lsat7}", "--model", "5pl"), "5pl"),
        (("calibrate", "{lsat7}"), "--model"),
        (("score", "{lsat7}", "--parameters", "{lsat7}", "--out", "{tmp}/s.csv"), "item,model"),
        (("simulate", "--parameters", "{lsat7}", "--examinees", "5", "--seed", "1"), "lsat7.csv"),
        (("simulate", "--parameters", "{lsat7}", "--examinees", "many", "--seed", "1"), "--examinees"),
        (("standard", "import", "{lsat7}"), "occupational standard"),
        (("items", "export", "{tmp}/x.doc", "--starter"), ".xlsx, .csv, .json"),
        (("replay", "not-an-id"), "not-an-id"),
    ],
)
def test_bad_input_is_one_clear_line_and_exit_code_2(
    lsat7: Path, tmp_path: Path, arguments: tuple[str, ...], expected: str
) -> None:
    filled_in = [argument.format(tmp=tmp_path, lsat7=lsat7) for argument in arguments]
    sentence = refused(samat(*filled_in, database=f"sqlite:///{tmp_path}/new.db"))
    assert expected in sentence


@pytest.mark.parametrize(
    ("toml", "expected"),
    [
        ("length = 3", "length"),
        ("[stop]\nrule = 'maybe'\ncut = 0", "stop.rule"),
        ("[stop]\nrule = 'confidence'", "stop.cut"),
        ("[selection]\nweight = 'luck'", "luck"),
        ("[[criterion]]\nmin = 1", "[[criterion]] number 1"),
        ("[[criterion]]\ncode = 'X'\nmin = 1", "X"),
        ("[unknown]\nx = 1", "unknown"),
        ("not toml", "TOML"),
        ("length = { min = 9, max = 4 }", "maximum_length"),
    ],
)
def test_a_bad_blueprint_names_the_field(tmp_path: Path, toml: str, expected: str) -> None:
    parameters, blueprint = tmp_path / "p.csv", tmp_path / "b.toml"
    parameters.write_text("item,model,a,b\ni1,2pl,1,0\ni2,2pl,1,0.5\n")
    blueprint.write_text(toml)
    run = samat("simulate", "--parameters", parameters, "--blueprint", blueprint, "--examinees", 2, "--seed", 1)
    assert expected in refused(run)


def test_the_whole_way_from_a_standard_to_a_replayed_sitting(
    filled: tuple[Database, Institution], tmp_path: Path
) -> None:
    database, people = filled
    done = sit_through(database, actor=people["candidate"], exam_id=people.exam, now=NOON)
    run = samat("replay", done.id, "--json", database=database.url)
    assert run.returncode == 0, run.stderr
    report = json.loads(run.stdout)
    assert report["agrees"] is True
    assert len(report["steps"]) == done.answered
    with database.writing() as session:
        session.connection().exec_driver_sql("UPDATE recorded_answer SET score = 1 - score WHERE position = 2")
    touched = samat("replay", done.id, database=database.url)
    assert touched.returncode == 1
    assert "DIFFERS" in touched.stdout


def test_a_standard_is_imported_shown_and_not_stored_twice(tmp_path: Path) -> None:
    from tests.itembank.framework.small_standard import SMALL_STANDARD

    text = tmp_path / "standard.txt"
    text.write_text(SMALL_STANDARD, encoding="utf-8")
    url = f"sqlite:///{tmp_path}/standard.db"
    first = json.loads(samat("standard", "import", text, "--json", database=url).stdout)
    assert {"units", "elements", "criteria", "written_elements", "written_criteria", "warnings"} <= set(first)
    assert (first["created"], first["version"]) == (True, 1)
    again = json.loads(samat("standard", "import", text, "--json", database=url).stdout)
    assert (again["created"], again["version"]) == (False, 1)
    tree = json.loads(samat("standard", "show", "--json", database=url).stdout)
    assert len(tree["units"]) == first["units"]
    criterion = tree["units"][0]["elements"][0]["criteria"][0]
    assert set(criterion) == {"code", "number", "text"}
    assert samat("standard", "show", database=url).stdout.count("\n") > first["criteria"]


def test_items_travel_through_csv_and_json_without_loss(filled: tuple[Database, Institution], tmp_path: Path) -> None:
    url = filled[0].url
    for ending in ("csv", "json"):
        one, two = tmp_path / f"one.{ending}", tmp_path / f"two.{ending}"
        assert samat("items", "export", one, "--starter").returncode == 0
        assert samat("items", "export", two, database=url).returncode == 0
        assert one.read_text(encoding="utf-8") == two.read_text(encoding="utf-8")
    text = (tmp_path / "one.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == len(starter_items())
    assert {"id", "criterion", "type", "status", "stem", "options", "key", "difficulty_rating"} <= set(rows[0])


def test_an_import_takes_all_of_a_file_or_nothing(filled: tuple[Database, Institution], tmp_path: Path) -> None:
    url = filled[0].url
    header = "criterion,type,stem,options,key,difficulty_rating\n"
    good = 'DG101-1.1,single_choice,คำถาม,"ก\nข\nค",B,3\n'
    file = tmp_path / "new.csv"
    file.write_text(header + good + good.replace("DG101-1.1", "DG999-1.1"), encoding="utf-8")
    assert "DG999-1.1" in refused(samat("items", "import", file, database=url))
    file.write_text(header + good + good.replace(",B,", ",E,"), encoding="utf-8")
    assert "line 5: key: letters from A to C" in refused(samat("items", "import", file, database=url))
    file.write_text(header + good, encoding="utf-8")
    preview = json.loads(samat("items", "import", file, "--preview", "--json", database=url).stdout)
    assert preview["stored"] == 0
    stored = json.loads(samat("items", "import", file, "--json", database=url).stdout)
    assert stored == {"items": 1, "stored": 1, "ids": ["DG101-1.1-06"]}
    out = tmp_path / "out.json"
    samat("items", "export", out, database=url)
    item = next(item for item in json.loads(out.read_text(encoding="utf-8")) if item["id"] == "DG101-1.1-06")
    assert item["status"] == "draft"
    assert [option["correct"] for option in item["options"]] == [False, True, False]


def test_people_and_banks_are_managed_from_the_command_line(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/people.db"
    assert "up to date" in samat("database", "upgrade", database=url).stdout
    made = json.loads(samat("people", "add", "boss", "--role", "administrator", "--json", database=url).stdout)
    assert made["roles"] == ["administrator"]
    assert len(made["password"]) == 19
    assert "boss" in refused(samat("people", "add", "boss", "--role", "administrator", database=url))
    assert "standard" in refused(samat("bank", "publish", database=url))


def test_help_names_every_command() -> None:
    text = samat("--help").stdout
    for name in ("serve", "demo", "standard", "items", "calibrate", "score", "simulate", "replay"):
        assert name in text
    bare = samat()
    assert bare.returncode == 2
    assert "Usage" in bare.stderr


def test_a_database_that_does_not_answer_is_named(tmp_path: Path) -> None:
    nobody = samat("bank", "list", database="postgresql+psycopg://somebody:hidden@127.0.0.1:1/samat")
    sentence = refused(nobody)
    assert "SAMAT_DATABASE_URL" in sentence
    assert "hidden" not in sentence
    (tmp_path / "text.db").write_text("this is no database, whatever its name says" * 50)
    assert "SAMAT_DATABASE_URL" in refused(samat("bank", "list", database=f"sqlite:///{tmp_path / 'text.db'}"))


def test_serve_says_before_it_starts_that_it_cannot_listen(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'samat.db'}"
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert "port" in refused(samat("serve", "--port", taken.getsockname()[1], database=url))
    assert "65535" in refused(samat("serve", "--port", 65536, database=url))
    assert "--workers" in refused(samat("serve", "--workers", 0, database=url))
    assert not (tmp_path / "samat.db").exists()
