"""Files of responses: wide and long, and everything that can be wrong with them."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from calibration.responses import ResponseData
from itembank.errors import UnreadableFile
from itembank.exchange.response_files import read_responses


def answers(data: ResponseData) -> dict[tuple[str, str], int]:
    return {
        (data.person_ids[p], data.item_ids[i]): int(s)
        for p, i, s in zip(data.person, data.item, data.score, strict=True)
    }


EXPECTED = {("001", "q1"): 1, ("001", "q2"): 0, ("2", "q1"): 0}


def file(folder: Path, text: str, name: str = "responses.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode())
    return path


@pytest.mark.parametrize(
    "text",
    [
        "person,item,score\n001,q1,1\n2,q1,0\n001,q2,0\n",
        "person,item,score\r\n2,q1,0\r\n001,q2,0\r\n001,q1,1\r\n",
        "\ufeffperson,item,score\n001,q1,1\n001,q2,0\n2,q1,0\n",
        'Item,Seconds,Score,Person\n"q1",3,1,"001"\nq2,4,0,001\nq1,5,0,2\n\n',
        "person, item, score\n001, q1, 1\n001, q2, 0\n2, q1, 0",
        "id,q1,q2\n001,1,0\n2,0,\n",
        "id,q1,q2\n001,1.0, 0\n2,0.00,\n",
        "\ufeffperson,q1,q2\n001,1,0\n2,0,\n\n",
    ],
)
def test_wide_and_long_files_say_the_same(tmp_path: Path, text: str) -> None:
    assert answers(read_responses(file(tmp_path, text))) == EXPECTED
    packed = tmp_path / "responses.csv.gz"
    packed.write_bytes(gzip.compress(text.encode()))
    assert answers(read_responses(packed)) == EXPECTED


def test_thai_names_and_partial_credit(tmp_path: Path) -> None:
    data = read_responses(file(tmp_path, "person,item,score\nสมชาย,ข้อ 1,3\nสมชาย,ข้อ 2,10\n"))
    assert answers(data) == {("สมชาย", "ข้อ 1"): 3, ("สมชาย", "ข้อ 2"): 10}


def test_silent_persons_and_unasked_items_of_a_wide_file_are_listed(tmp_path: Path) -> None:
    data = read_responses(file(tmp_path, "id,q1,q2,q3\na,1,,0\nb,,,\n"))
    assert data.person_ids == ("a", "b")
    assert data.item_ids == ("q1", "q2", "q3")
    assert data.n_responses == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "responses.csv: the file is empty"),
        ("person,item,score\n", "responses.csv: there are no responses below the header"),
        ("id,q1\na,\n", "responses.csv: there are no responses below the header"),
        ("person\na\n", "responses.csv, line 1: one column"),
        ("person;item;score\na;b;1\n", "line 1: columns separated by semicolons; columns separated by commas"),
        ("person\titem\tscore\na\tb\t1\n", "line 1: columns separated by tabs; columns separated by commas"),
        ("person,item,score,Score\na,x,1,0\n", "line 1: column 'score' appears 2 times"),
        ("person,item,score\na\x00,x,1\n", "person 'a\\x00' has a NUL character"),
        ("id,q1\na\x00,1\n", "person 'a\\x00' has a NUL character"),
        ("person,item,score\na,x,1e0\n", "score '1e0'"),
        ("person,item,score\na,x,NaN\n", "score 'NaN'"),
        ("person,item,score\na,x,true\n", "score 'true'"),
        ('person,item,score\na,x,"1,0"\n', "score '1,0'"),
        ("person,item,score\na,x,1\nb,y", "line 3: 2 columns; 3 are expected"),
        ("person,item,score\na,x,1\na,y\n", "line 3: 2 columns; 3 are expected"),
        ("id,q1,q2\na,1,0\nb,1,0,1\n", "line 3: 4 columns; 3 are expected"),
        ("person,item,score\na,x,1\n\nb,x,0\na,x,0\n", "line 5: person 'a', item 'x' again after line 2"),
        ("id,q1\na,1\nb,0\na,0\n", "line 4: person 'a' again after line 2"),
        ("person,item,score\na,x,yes\n", "line 2: person 'a', item 'x': score 'yes'; a whole number from 0"),
        ("person,item,score\na,x,-1\n", "score '-1'"),
        ("person,item,score\na,x,0.5\n", "score '0.5'"),
        ("person,item,score\na,x,.\n", "score '.'"),
        ("person,item,score\na,x,101\n", "score '101'"),
        ("person,item,score\na,x," + "9" * 5000 + "\n", "line 2"),
        ("person,item,score\na,x,๑\n", "score '๑'"),
        ("id,q1,q2\na,1,0\nb,1,NA\n", "line 3: person 'b', item 'q2': score 'NA'"),
        ("person,item,score\na,x,\n", "line 2: score is blank"),
        ("person,item,score\n,x,1\n", "line 2: person is blank"),
        ("person,item,score\na, ,1\n", "line 2: item is blank"),
        ("id,q1\n ,1\n", "line 2: the person in the first column is blank"),
        ("id,q1,q1\na,1,0\n", "line 1: item 'q1' has two columns"),
        ("id,q1,\na,1,0\n", "line 1: column 3 has no name"),
        ('person,item,score\na,"x,1\nb,y,0\n', "line 3: no sound CSV"),
    ],
)
def test_what_is_wrong_is_said_with_file_and_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UnreadableFile) as refusal:
        read_responses(file(tmp_path, text))
    assert str(refusal.value).startswith("responses.csv")
    assert message in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_the_first_of_several_repetitions_is_named(tmp_path: Path) -> None:
    text = "person,item,score\nb,y,1\na,x,1\nb,y,0\na,x,0\nb,y,0\n"
    with pytest.raises(UnreadableFile, match="line 4: person 'b', item 'y' again after line 2"):
        read_responses(file(tmp_path, text))


def test_a_truncated_or_false_gzip_is_told(tmp_path: Path) -> None:
    whole = gzip.compress(b"person,item,score\n" + b"".join(b"p%d,x,1\n" % k for k in range(5000)))
    path = tmp_path / "responses.csv.gz"
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UnreadableFile, match=r"responses.csv.gz: the file is cut off"):
        read_responses(path)
    path.write_bytes(b"person,item,score\na,x,1\n")
    with pytest.raises(UnreadableFile, match=r"responses.csv.gz: no sound gzip file"):
        read_responses(path)
    path.write_bytes(whole[:60] + bytes(40) + whole[100:])
    with pytest.raises(UnreadableFile, match=r"responses.csv.gz"):
        read_responses(path)


@pytest.mark.parametrize(
    ("encoding", "message"),
    [
        ("cp874", "line 3: byte 0xca is no UTF-8 text but seems to be TIS-620"),
        ("utf-16", "line 1: byte 0xff is no UTF-8 text but seems to be UTF-16"),
        ("utf-16-le", "line 1: NUL characters, as in UTF-16 text; save the file as UTF-8"),
    ],
)
def test_other_encodings_are_named_with_the_line(tmp_path: Path, encoding: str, message: str) -> None:
    text = "person,item,score\na,x,1\nสมชาย,x,1\n".encode(encoding)
    (tmp_path / "responses.csv").write_bytes(text)
    (tmp_path / "responses.csv.gz").write_bytes(gzip.compress(text))
    for name in ("responses.csv", "responses.csv.gz"):
        with pytest.raises(UnreadableFile, match=f"{name}, {message}"):
            read_responses(tmp_path / name)


def test_bytes_of_no_known_encoding_are_told_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "responses.csv").write_bytes(b"person,item,score\na\xff\x80,x,1\n")
    with pytest.raises(UnreadableFile, match="line 2: byte 0xff is no UTF-8 text; save"):
        read_responses(tmp_path / "responses.csv")


def test_names_stay_as_they_are_written_whatever_they_look_like(tmp_path: Path) -> None:
    names = ["007", "7", "7.0", "1e5", "NaN", "true", "null", "-0", "00"]
    text = "person,item,score\n" + "".join(f"{name},{name},1\n" for name in names)
    data = read_responses(file(tmp_path, text))
    assert data.person_ids == data.item_ids == tuple(names)
    wide = read_responses(file(tmp_path, "id," + ",".join(names) + "\n0012," + ",".join("1" for _ in names) + "\n"))
    assert (wide.person_ids, wide.item_ids) == (("0012",), tuple(names))


def test_missing_files_folders_and_other_kinds(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="cannot be read"):
        read_responses(tmp_path / "missing.csv")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(UnreadableFile, match="cannot be read"):
        read_responses(tmp_path / "folder.csv")
    with pytest.raises(UnreadableFile, match=r"responses.xlsx: a name ending in .csv, .csv.gz or .parquet"):
        read_responses(file(tmp_path, "", "responses.xlsx"))


class TestParquet:
    """Parquet files."""

    def write(self, folder: Path, columns: dict[str, list[object]]) -> Path:
        import pyarrow
        import pyarrow.parquet

        path = folder / "responses.parquet"
        pyarrow.parquet.write_table(pyarrow.table(columns), path)
        return path

    def test_wide_and_long(self, tmp_path: Path) -> None:
        long = {"person": ["001", "001", "2"], "item": ["q1", "q2", "q1"], "score": [1, 0, 0]}
        assert answers(read_responses(self.write(tmp_path, long))) == EXPECTED
        wide = {"id": ["001", "2"], "q1": [1.0, 0.0], "q2": [0, None]}
        assert answers(read_responses(self.write(tmp_path, wide))) == EXPECTED
        floats = {"id": ["001", "2"], "q1": [True, False], "q2": [0.0, float("nan")]}
        assert answers(read_responses(self.write(tmp_path, floats))) == EXPECTED

    def test_numbers_as_names_become_text(self, tmp_path: Path) -> None:
        path = self.write(tmp_path, {"person": [7], "item": [12], "score": [1]})
        assert answers(read_responses(path)) == {("7", "12"): 1}

    def test_what_is_wrong_is_said_with_the_row(self, tmp_path: Path) -> None:
        path = self.write(tmp_path, {"person": ["a", "a"], "item": ["x", "x"], "score": [1, 1]})
        with pytest.raises(UnreadableFile, match=r"responses.parquet, row 2: person 'a', item 'x' again after row 1"):
            read_responses(path)
        path = self.write(tmp_path, {"person": ["a"], "item": ["x"], "score": [0.5]})
        with pytest.raises(UnreadableFile, match=r"row 1: .*score '0.5'"):
            read_responses(path)

    def test_values_of_other_kinds(self, tmp_path: Path) -> None:
        path = self.write(tmp_path, {"person": [b"\xe0\xb8\x81"], "item": ["x"], "score": [1]})
        assert answers(read_responses(path)) == {("ก", "x"): 1}
        path = self.write(tmp_path, {"person": ["a"], "item": ["x"], "score": [float("inf")]})
        with pytest.raises(UnreadableFile, match=r"row 1: .*score 'inf'"):
            read_responses(path)
        path = self.write(tmp_path, {"person": [b"\xff"], "item": ["x"], "score": [1]})
        with pytest.raises(UnreadableFile, match=r"responses.parquet, after row 0: a value that is no text"):
            read_responses(path)

    def test_damage_is_told(self, tmp_path: Path) -> None:
        path = self.write(tmp_path, {"person": ["a"] * 9, "item": [f"x{k}" for k in range(9)], "score": [1] * 9})
        path.write_bytes(path.read_bytes()[:-20])
        with pytest.raises(UnreadableFile, match="no sound Parquet file"):
            read_responses(path)
        with pytest.raises(UnreadableFile, match="cannot be read"):
            read_responses(tmp_path / "missing.parquet")

    def test_damaged_pages_are_told(self, tmp_path: Path) -> None:
        persons = [f"person {k}" for k in range(5000)]
        path = self.write(tmp_path, {"person": persons, "item": ["x"] * 5000, "score": [1] * 5000})
        content = path.read_bytes()
        path.write_bytes(content[:4] + b"\xff" * 20_000 + content[20_004:])
        with pytest.raises(UnreadableFile, match=r"responses.parquet: no sound Parquet file"):
            read_responses(path)


def test_thousands_of_columns(tmp_path: Path) -> None:
    generator = np.random.default_rng(1)
    scores = generator.integers(0, 2, (20, 3000))
    lines = ["id," + ",".join(f"q{k}" for k in range(3000))]
    lines += [f"p{k}," + ",".join(map(str, row)) for k, row in enumerate(scores)]
    data = read_responses(file(tmp_path, "\n".join(lines)))
    assert data.n_items == 3000
    assert (data.score.reshape(20, 3000) == scores).all()
