"""Files of item parameters, there and back."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibration import CalibratedItem
from itembank.errors import UnreadableFile
from itembank.exchange.parameter_files import ParameterRow, format_parameters, read_parameters, write_parameters
from itembank.exchange.parameter_pool import pool_of


def file(folder: Path, text: str) -> Path:
    path = folder / "parameters.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_columns_in_any_order_with_what_is_optional(tmp_path: Path) -> None:
    text = (
        "model,item,b,a,unit,element,criterion,se_b,enemies,comment\n"
        '2PL,q1,-0.5,1.25,Dlit100,Dlit101,Dlit101-1.1,0.1,"q2; q3",fine\n'
        "rasch,q2,1e-1,,,,,,,\n"
        "1pl,q3,2,0.8,,,,,,\n"
    )
    first, second, third = read_parameters(file(tmp_path, text))
    assert first == ParameterRow(
        "q1", "2pl", 1.25, -0.5, "Dlit100", "Dlit101", "Dlit101-1.1", None, 0.1, ("q2", "q3"),
        attributes=(("comment", "fine"),),
    )  # fmt: skip
    assert second == ParameterRow("q2", "rasch", 1.0, 0.1)
    assert third == ParameterRow("q3", "1pl", 0.8, 2.0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "parameters.csv: the file is empty"),
        ("item,model,a,b\n", "parameters.csv: there are no items below the header"),
        ("item,a,b\nx,1,0\n", "line 1: no column 'model'"),
        (
            "item,model,a,b,c\nx,2pl,1,0,0\ny,5pl,1,0,0.2\n",
            "line 3: item 'y': model '5pl' is not available; rasch, 1pl",
        ),
        (
            "item,model,a,b\nx,nrm,1,0\n",
            "line 2: item 'x': model 'nrm' is not available; rasch, 1pl, 2pl, 3pl, 4pl, grm",
        ),
        ("item,model,a,b\nx,3pl,1,0\n", "line 2: item 'x': c is blank; a number is expected"),
        ("item,model,a,b,c\nx,3pl,1,0,1\n", "line 2: item 'x': guessing c must be from 0 and below 1, not 1.0"),
        ("item,model,a,b,c,d\nx,3pl,1,0,0.2,0.9\n", "d is 0.9; in the model 3pl it is blank or 1"),
        ("item,model,a,b,c,d\nx,4pl,1,0,0.5,0.4\n", "upper asymptote d must be above c = 0.5 and at most 1, not 0.4"),
        ("item,model,a,b1,b2\nx,grm,1,1,0\n", "line 2: item 'x': thresholds must rise, but b2 = 0.0 is not above b1"),
        ("item,model,a,b1,b2\nx,grm,1,,\n", "b1 is blank; a number is expected"),
        ("item,model,a,b1,b2,b3\nx,gpcm,1,0,,1\n", "b2 is blank, although b3 is not"),
        ("item,model,a,b1,b2\nx,gpcm,1,0,nan\n", "b2 is 'nan'; a number is expected"),
        ("item,model,a,b1,b2\nx,gpcm,,0,1\n", "a is blank"),
        ("item,model,a,b,b1,b2\nx,grm,1,0,0,1\n", "b is 0; in the model grm it is blank"),
        ("item,model,a,b,b1\nx,2pl,1,0,1\n", "b1 is 1; in the model 2pl it is blank"),
        ("item,model,a,b,B\nx,2pl,1,0,1\n", "line 1: column 'B' appears twice"),
        ("item,model,a,b\nx,2pl,,0\n", "line 2: item 'x': a is blank"),
        ("item,model,b\nx,2pl,0\n", "line 2: item 'x': a is blank"),
        ("item,model,a,b\nx,2pl,1,\n", "line 2: item 'x': b is blank"),
        ("item,model,a,b\nx,2pl,1,hard\n", "b is 'hard'; a number is expected"),
        ("item,model,a,b\nx,2pl,1,nan\n", "b is 'nan'; a number is expected"),
        ("item,model,a,b\nx,2pl,inf,0\n", "a is 'inf'; a number is expected"),
        ("item,model,a,b\nx,2pl,-0.4,0\n", "a is -0.4; a positive number is expected"),
        ("item,model,a,b\nx,rasch,1.7,0\n", "a is 1.7; in the model rasch it is blank or 1"),
        ("item,model,a,b,c,d\nx,2pl,1,0,0.2,1\n", "c is 0.2; in the model 2pl it is blank or 0"),
        ("item,model,a,b,c,d\nx,2pl,1,0,0,0.9\n", "d is 0.9; in the model 2pl it is blank or 1"),
        ("item,model,a,b,se_a\nx,2pl,1,0,-1\n", "se_a is -1; a number from 0 is expected"),
        ("item,model,a,b\nx,2pl,1,0\nx,2pl,1,0\n", "line 3: item 'x' again after line 2"),
        ("item,model,a,b\n,2pl,1,0\n", "line 2: the item is blank"),
        ("item,model,a,b\nx,2pl,1\n", "line 2: 3 columns; 4 are expected"),
    ],
)
def test_what_is_wrong_is_said_with_file_line_and_item(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UnreadableFile) as refusal:
        read_parameters(file(tmp_path, text))
    assert str(refusal.value).startswith("parameters.csv")
    assert message in str(refusal.value)


names = st.text(st.characters(exclude_categories=("Cs", "Cc", "Z"), exclude_characters=";"), min_size=1)
numbers = st.floats(-50, 50)
positive = st.floats(1e-6, 50)
rows = st.builds(
    ParameterRow,
    item_id=names,
    model=st.sampled_from(["1pl", "2pl"]),
    discrimination=positive,
    difficulty=numbers,
    unit=st.just("") | names,
    element=st.just("") | names,
    criterion=st.just("") | names,
    se_discrimination=st.none() | positive,
    se_difficulty=st.none() | positive,
    enemies=st.lists(names, max_size=3).map(tuple),
)


@given(st.lists(rows, min_size=1, max_size=5, unique_by=lambda row: row.item_id))
def test_there_and_back(tmp_path_factory: pytest.TempPathFactory, items: list[ParameterRow]) -> None:
    path = tmp_path_factory.mktemp("parameters") / "parameters.csv"
    write_parameters(path, items)
    assert read_parameters(path) == tuple(items)


@st.composite
def rows_of_any_model(draw: st.DrawFn) -> ParameterRow:
    model = draw(st.sampled_from(["rasch", "3pl", "4pl", "grm", "gpcm"]))
    errors: dict[str, object] = {"se_discrimination": draw(st.none() | positive)}
    if model in {"grm", "gpcm"}:
        thresholds = tuple(
            sorted(draw(st.lists(st.integers(-500, 500).map(float), min_size=1, max_size=4, unique=True)))
        )
        if draw(st.booleans()):
            errors["se_thresholds"] = (0.25, *[draw(st.none() | positive) for _ in thresholds[1:]])
        mean = sum(thresholds) / len(thresholds)
        return ParameterRow(draw(names), model, draw(positive), mean, thresholds=thresholds, **errors)  # type: ignore[arg-type]
    fields: dict[str, float] = {}
    if model != "rasch":
        fields["guessing"] = draw(st.floats(0, 0.5))
        errors["se_guessing"] = draw(st.none() | positive)
    if model == "4pl":
        fields["upper_asymptote"] = draw(st.floats(0.75, 1))
    a = 1.0 if model == "rasch" else draw(positive)
    return ParameterRow(draw(names), model, a, draw(numbers), **fields, **errors)  # type: ignore[arg-type]


@given(st.lists(rows | rows_of_any_model(), min_size=1, max_size=5, unique_by=lambda row: row.item_id))
def test_mixed_models_there_and_back(tmp_path_factory: pytest.TempPathFactory, items: list[ParameterRow]) -> None:
    path = tmp_path_factory.mktemp("parameters") / "parameters.csv"
    write_parameters(path, items)
    assert read_parameters(path) == tuple(items)


def test_rows_become_the_items_of_a_pool(tmp_path: Path) -> None:
    text = (
        "item,model,a,b,c,d,b1,b2,b3,criterion,se_a,se_b,se_b1,se_b2,enemies\n"
        "q1,4pl,1.5,0.2,0.1,0.9,,,,K1,0.1,0.2,,,q3\n"
        "q2,grm,1.2,,,,-1,0.5,,K1,,,0.3,0.1,\n"
        "q3,gpcm,0.9,,,,1,0,0.5,K2,,,,,\n"
    )
    pool = pool_of(read_parameters(file(tmp_path, text)))
    assert pool.category_counts.tolist() == [2, 3, 4]
    assert pool.criteria == ("K1", "K1", "K2")
    assert pool.enemies == ((0, 2),)
    assert pool.se_discrimination.tolist() == [0.1, 0, 0]
    assert pool.se_difficulty.tolist() == pytest.approx([0.2, 0.2, 0])
    assert pool.expected_scores([0.2])[0, 0] == pytest.approx(0.5)
    assert pool.expected_scores([60.0])[:, 0].tolist() == pytest.approx([0.9, 2, 3])


def test_a_calibrated_item_takes_its_place_in_the_standard_along() -> None:
    item = CalibratedItem("q1", "2pl", 1.2345678901, -0.1, 0.1, float("inf"), 0.0, 100)
    tags = ParameterRow("q1", "2pl", 1.0, 0.0, "U", "E", "C", enemies=("q2", "q3"))
    row = ParameterRow.from_calibrated(item, tags=tags)
    assert (row.unit, row.element, row.criterion, row.enemies) == ("U", "E", "C", ("q2", "q3"))
    assert (row.se_discrimination, row.se_difficulty) == (0.1, None)
    assert ParameterRow.from_calibrated(item).unit == ""
    assert format_parameters([row]) == (
        "item,model,a,b,c,d,unit,element,criterion,se_a,se_b,enemies\nq1,2pl,1.2345678901,-0.1,,,U,E,C,0.1,,q2;q3\n"
    )
