"""Blueprint files as exam designs."""

from pathlib import Path

import pytest

from engine.blueprints.blueprint import Bounds
from itembank.errors import UnreadableFile
from itembank.exchange.blueprint_files import read_design


def file(folder: Path, text: str) -> Path:
    path = folder / "blueprint.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_bounds_of_every_kind_and_the_selection(tmp_path: Path) -> None:
    text = """
        length = { min = 5, max = 8, seconds = 900 }
        [selection]
        weight = "kl"
        parameter_uncertainty = true
        [stop]
        cut = 0.2
        [testlets]
        sd = 0.8
        [[criterion]]
        code = "C1"
        min = 1
        [[attribute]]
        name = "cognitive_level"
        value = "apply"
        min = 2
        max = 4
    """
    design = read_design(file(tmp_path, text), pool_size=40).design
    assert design.blueprint.bounds == (
        Bounds("criterion", "C1", 1),
        Bounds("attribute", "apply", 2, 4, "cognitive_level"),
        Bounds("time", "", 0, 900),
    )
    assert (design.selection, design.parameter_uncertainty, design.testlet_sd) == ("kl", True, 0.8)
    plain = read_design(None, pool_size=40).design
    assert plain.blueprint.bounds == ()
    assert not plain.parameter_uncertainty
    assert plain.testlet_sd == 0.5


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[attribute]]\nname = 'type'\nmin = 1", r"\[\[attribute\]\] number 1: name and value, and min or max"),
        ("[[attribute]]\nname = 'type'\nvalue = 'a'\ncode = 'b'", "number 1: name and value"),
        ("[attribute]\nname = 'type'", r"\[\[attribute\]\], a list of tables with name, value, min and max"),
        ("[[criterion]]\nmin = 1", r"\[\[criterion\]\] number 1: code, and min or max"),
        ("[[attribute]]\nname = ''\nvalue = 'a'", "the name of the attribute"),
        ("[length]\nseconds = 'long'", r"blueprint\[0\].maximum must be int or null, not 'long'"),
        ("[selection]\nparameter_uncertainty = 1", "parameter_uncertainty must be bool, not 1"),
        (
            "[selection]\nweight = 'best'",
            "selection must be one of information-at-cut, .*kl, mepv, progressive, random",
        ),
        ("[chapter]", "chapter: no such table"),
        ("[testlets]\nsd = 3", "testlets.sd must be 0 or from 0.05 to 2, not 3"),
        ("[testlets]\nspread = 1", "testlets: a table of sd"),
    ],
)
def test_what_cannot_be_taken_is_named(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UnreadableFile, match=message):
        read_design(file(tmp_path, text), pool_size=40)
