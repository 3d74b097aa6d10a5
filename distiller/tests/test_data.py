import json

import pyarrow
import pytest
from pyarrow import parquet

from cohort_distiller.data import MAX_CHARACTERS, label_ids, label_names, read_table, scores
from cohort_distiller.errors import InputError

ROWS = [("how much, do i have", "money"), ('play "loud" music', "music"), ("früh ☕", "money")]


def write(file, content):
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def tsv(folder):
    lines = ["text\tlabel\tother", *(f"{text}\t{label}\tx" for text, label in ROWS)]
    return write(folder / "rows.tsv", "\r\n".join(lines) + "\r\n")


def comma(folder):
    quoted = [f'"{text.replace(chr(34), chr(34) * 2)}",{label}' for text, label in ROWS]
    return write(folder / "rows.csv", "\ufefftext,label\n" + "\n".join(quoted))


def jsonl(folder):
    lines = [json.dumps({"label": label, "text": text}) for text, label in ROWS]
    return write(folder / "rows.jsonl", "\n\n".join(lines))


def columns(folder):
    table = pyarrow.table({"text": [r[0] for r in ROWS], "label": [r[1] for r in ROWS]})
    parquet.write_table(table, folder / "rows.parquet")
    return folder / "rows.parquet"


@pytest.mark.parametrize("form", [tsv, comma, jsonl, columns])
def test_every_form_gives_the_same_rows(tmp_path, form):
    table = read_table(form(tmp_path), labelled=True)
    assert table.texts == [(text,) for text, _ in ROWS]
    assert table.labels == [label for _, label in ROWS]
    assert table.inputs == 1
    assert len(read_table(form(tmp_path), labelled=False).labels) == 0


def test_pairs(tmp_path):
    file = write(tmp_path / "pairs.tsv", "label\ttext_b\ttext_a\n1\tsecond\tfirst\n")
    table = read_table(file, labelled=True)
    assert table.texts == [("first", "second")]
    assert table.inputs == 2


def test_a_quoted_csv_field_may_hold_line_feeds(tmp_path):
    file = write(tmp_path / "rows.csv", 'text,label\n"two\nlines",a\n,b\nx\n')
    with pytest.raises(InputError, match=r"line 5: 1 fields, the header has 2"):
        read_table(file, labelled=True)
    file = write(tmp_path / "rows.csv", 'text,label\n"two\nlines",a\n')
    assert read_table(file, labelled=True).texts == [("two\nlines",)]


def test_jsonl_labels_may_be_numbers(tmp_path):
    file = write(tmp_path / "rows.jsonl", '{"text":"a","label":2.5}\n{"text":"b","label":3}\n')
    assert scores(read_table(file, labelled=True)) == [2.5, 3.0]


BAD = [
    ("rows.txt", "text\tlabel\na\tb\n", ["unknown extension '.txt'", ".parquet"]),
    ("rows.tsv", "", ["empty file"]),
    ("rows.tsv", "text\tlabel\n\n", ["empty file"]),
    ("rows.csv", "", ["empty file"]),
    ("rows.jsonl", "\n", ["empty file"]),
    ("rows.tsv", "words\tlabel\na\tb\n", ["'text'", "'words'"]),
    ("rows.tsv", "text\ttext_a\ttext_b\tlabel\na\tb\tc\td\n", ["'text_a'"]),
    ("rows.tsv", "text\ta\na\tb\n", ["line 2", "missing column 'label'"]),
    ("rows.tsv", "text\ttext\na\tb\n", ["line 1", "'text'", "more than once"]),
    ("rows.tsv", "text\tlabel\na\tb\tc\n", ["line 2", "3 fields", "header has 2"]),
    ("rows.tsv", "text\tlabel\na\t\n", ["line 2", "'label'", "1..1024"]),
    ("rows.tsv", b"text\tlabel\na\tb\n\xff\tb\n", ["line 3", "not UTF-8", "byte 0"]),
    ("rows.csv", 'text,label\n"a,b\n', ["line 2"]),
    ("rows.jsonl", '{"text": "a", "label": "b"}\n{"text": }\n', ["line 2", "not JSON"]),
    ("rows.jsonl", "[1]\n", ["line 1", "not a JSON object"]),
    ("rows.jsonl", '{"text": 5, "label": "b"}\n', ["line 1", "'text'", "5", "not a text"]),
    ("rows.jsonl", '{"text": "a", "label": true}\n', ["line 1", "'label'", "True"]),
    ("rows.jsonl", '{"text": "a", "label": null}\n', ["line 1", "'label'", "None"]),
    ("rows.jsonl", "[" * 100_000, ["line 1", "not JSON"]),
    ("rows.parquet", "PAR1 no", ["not a readable Parquet file"]),
]


@pytest.mark.parametrize(("name", "content", "words"), BAD)
def test_bad_files_are_refused_with_their_place(tmp_path, name, content, words):
    with pytest.raises(InputError) as error:
        read_table(write(tmp_path / name, content), labelled=True)
    for word in [name, *words]:
        assert word in str(error.value)


def test_a_missing_file(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_table(tmp_path / "none.tsv", labelled=True)


@pytest.mark.parametrize("name", ["rows.tsv", "rows.csv"])
def test_the_longest_text(tmp_path, name):
    mark = "\t" if name.endswith("tsv") else ","
    longest = "a" * MAX_CHARACTERS
    file = write(tmp_path / name, f"text{mark}label\n{longest}{mark}x\n")
    assert len(read_table(file, labelled=True).texts[0][0]) == MAX_CHARACTERS
    write(file, f"text{mark}label\n{longest}a{mark}x\n")
    with pytest.raises(InputError, match=f"line 2, column 'text': {MAX_CHARACTERS + 1} characters"):
        read_table(file, labelled=True)


def test_labels_are_ordered_by_number_or_by_text(tmp_path):
    numbers = write(tmp_path / "a.tsv", "text\tlabel\n" + "".join(f"t\t{n}\n" for n in (10, 9, -1)))
    assert label_names(read_table(numbers, labelled=True)) == ["-1", "9", "10"]
    words = write(tmp_path / "b.tsv", "text\tlabel\nt\tb\nt\ta\nt\tb\n")
    table = read_table(words, labelled=True)
    assert label_names(table) == ["a", "b"]
    assert label_ids(table, ["b", "a"], known_as="x") == [0, 1, 0]


def test_an_unknown_label_names_some_that_are_allowed(tmp_path):
    table = read_table(write(tmp_path / "a.tsv", "text\tlabel\nt\tb\n"), labelled=True)
    with pytest.raises(InputError) as error:
        label_ids(table, [f"label-{n}" for n in range(20)], known_as="the teacher")
    assert "a.tsv, line 2, column 'label': 'b' is not among the labels of the teacher" in str(
        error.value
    )
    assert "and 12 more" in str(error.value)
