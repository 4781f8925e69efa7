"""What a parameter file says of items beyond their parameters, on its way to the engine's pool."""

from pathlib import Path

import pytest

from engine.errors import InvalidParameters
from itembank.errors import UnreadableFile
from itembank.exchange.parameter_files import format_parameters, read_parameters
from itembank.exchange.parameter_pool import pool_of

TEXT = (
    "item,model,a,b,se_a,se_b,enemies,cognitive_level,seconds,type\n"
    "q1,2pl,1.2,0.5,0.1,0.2,q3;q2,apply,60,\n"
    "q2,2pl,0.8,0,,,,know,45.5,mcq\n"
    "q3,rasch,,-1,,,,,30,mcq\n"
)


def file(folder: Path, text: str) -> Path:
    path = folder / "parameters.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_enemies_classifications_times_and_errors_reach_the_pool(tmp_path: Path) -> None:
    rows = read_parameters(file(tmp_path, TEXT))
    pool = pool_of(rows)
    assert pool.enemies == ((0, 1), (0, 2))
    assert pool.attributes == {"cognitive_level": ("apply", "know", ""), "type": ("", "mcq", "mcq")}
    assert pool.expected_seconds.tolist() == [60, 45.5, 30]
    assert pool.se_discrimination.tolist() == [0.1, 0, 0]
    assert pool.se_difficulty.tolist() == [0.2, 0, 0]
    assert read_parameters(file(tmp_path, format_parameters(rows))) == rows


def test_testlets_reach_the_pool_and_stand_in_a_file_only_where_there_are_any(tmp_path: Path) -> None:
    text = "item,model,a,b,testlet\nq1,2pl,1,0,W-1\nq2,2pl,1,0,\nq3,rasch,,0,W-1\n"
    rows = read_parameters(file(tmp_path, text))
    assert pool_of(rows).testlets == ((0, 2),)
    assert pool_of(rows).attributes == {}
    assert read_parameters(file(tmp_path, format_parameters(rows))) == rows
    assert "testlet" not in format_parameters(rows[1:2])


def test_enemies_within_a_testlet_are_named(tmp_path: Path) -> None:
    text = "item,model,a,b,testlet,enemies\nq1,2pl,1,0,W-1,\nq2,2pl,1,0,W-1,q1\n"
    with pytest.raises(InvalidParameters, match="items 'q1' and 'q2' are enemies but belong to one testlet"):
        pool_of(read_parameters(file(tmp_path, text)))


def test_an_enemy_that_is_nowhere_is_named(tmp_path: Path) -> None:
    rows = read_parameters(file(tmp_path, "item,model,a,b,enemies\nq1,2pl,1,0,q9\nq2,2pl,1,0,\n"))
    with pytest.raises(InvalidParameters, match="item 'q1': its enemy 'q9' is not in the item pool"):
        pool_of(rows)


@pytest.mark.parametrize("seconds", ["0", "-3"])
def test_an_item_takes_some_time(tmp_path: Path, seconds: str) -> None:
    path = file(tmp_path, f"item,model,a,b,seconds\nq1,2pl,1,0,{seconds}\n")
    with pytest.raises(UnreadableFile, match=f"line 2: item 'q1': seconds is {seconds}; a positive number"):
        read_parameters(path)
