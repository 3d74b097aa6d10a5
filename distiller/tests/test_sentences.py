import pytest

from cohort_distiller.cli import main
from cohort_distiller.data import read_table
from cohort_distiller.sentences import sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One here. Two there!  Three?", ["One here.", "Two there!", "Three?"]),
        ('He said "no." Then he left.', ['He said "no."', "Then he left."]),
        ("first<br /><br />second<BR>third\nfourth", ["first", "second", "third", "fourth"]),
        ("version 2.5 of it.", ["version 2.5 of it."]),
        ("tabs\tand  spaces", ["tabs and spaces"]),
        (" \n ", []),
    ],
)
def test_cuts_at_ends_of_sentences_and_line_breaks(text, expected):
    assert list(sentences(text)) == expected


def write(file, *rows):
    file.write_text("\n".join(rows) + "\n", "utf-8")
    return str(file)


def run(tmp_path, *options):
    reviews = write(
        tmp_path / "reviews.tsv",
        "text\tlabel",
        "It is long. It is very long. Oh!\tneg",
        "IT IS LONG. I would see it again and again.\tpos",
    )
    pairs = write(tmp_path / "pairs.tsv", "text_a\ttext_b", "One of them here.\tAnother one there.")
    out = tmp_path / "out.tsv"
    return out, main(["sentences", reviews, pairs, "--out", str(out), *options])


def test_writes_each_sentence_once(tmp_path, capsys):
    out, code = run(tmp_path)
    assert code == 0
    assert read_table(out, labelled=False).texts == [
        ("It is long.",),
        ("It is very long.",),
        ("I would see it again and again.",),
        ("One of them here.",),
        ("Another one there.",),
    ]
    assert capsys.readouterr().out == f"{out}: 5 sentences\n"


def test_leaves_out_what_is_measured_and_what_has_another_length(tmp_path):
    test = write(tmp_path / "test.tsv", "text\tlabel", "it  is very LONG.\tneg")
    out, code = run(tmp_path, "--without", test, "--min-words", "4", "--max-words", "6")
    assert code == 0
    assert read_table(out, labelled=False).texts == [("One of them here.",)]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--min-words", "0"), "--min-words 0, --max-words 40: the first must be at least 1"),
        (("--min-words", "50"), "--min-words 50, --max-words 40: the first must be at least 1"),
        (("--min-words", "30"), "no new sentence of 30 to 40 words in "),
        (("--out", "out.csv"), "--out out.csv: must end in .tsv"),
        (("--without", "none.tsv"), "none.tsv: no such file"),
    ],
)
def test_says_what_is_wrong(tmp_path, capsys, options, message):
    out, code = run(tmp_path, *options)
    assert code == 2
    assert message in capsys.readouterr().err
    assert not out.exists()
