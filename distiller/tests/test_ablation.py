"""Tables of results, and whether those of the repository are in its document."""

import json
from pathlib import Path

import pytest

from cohort_distiller.ablation import BEGIN, END, read_results, tables
from cohort_distiller.cli import main

REPOSITORY = Path(__file__).parents[2]


def result(recipe, seed=0, **more):
    compared = {"differences": [-0.03, -0.0125], "difference_intervals": [[-0.04, -0.02]] * 2}
    return {
        "dataset": "clinc150",
        "recipe": recipe,
        "seed": seed,
        "split": "dev",
        "metric": "accuracy",
        "rows": 3000,
        "teacher": 0.97,
        "prefixes": [0.94, 0.9575],
        "seconds": 90,
        "figures": {"differences": {"dev": compared}},
    } | more


def write(folder, *results):
    folder.mkdir(exist_ok=True)
    for number, content in enumerate(results):
        (folder / f"{number}.json").write_text(json.dumps(content))


def test_one_table_for_each_data_set_and_split_in_the_order_of_recipes(tmp_path, capsys):
    gain = {"over": "one", "differences": [0.005], "difference_intervals": [[-0.001, 0.01]]}
    write(
        tmp_path,
        result("joint"),
        result("one-soft", 1, teacher=0.968, gain=gain),
        result("one", 1),
        result("one", 0),
        result("joint", dataset="agnews"),
        {"metric": "no experiment"},
    )
    assert main(["ablation", str(tmp_path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "**agnews**, accuracy on dev, 3,000 rows"
    table = lines[lines.index(lines[0].replace("agnews", "clinc150")) + 4 :]
    assert [line.split(" | ")[:2] for line in table] == [
        ["| `one`", "0"],
        ["| `one`", "1"],
        ["| `one-soft`", "1"],
        ["| `joint`", "0"],
    ]
    assert table[2] == (
        "| `one-soft` | 1 | 96.80 | 94.00 95.75 | -1.25 (-4.00 .. -2.00) "
        "| +0.50 (-0.10 .. +1.00) over `one` | 1.5 |"
    )


def test_a_run_measured_on_test_stands_in_the_tables_of_both_splits_and_in_that_of_all_sets(
    tmp_path, capsys
):
    better = {"differences": [-0.02, -0.01], "difference_intervals": [[-0.03, 0.01]] * 2}
    worse = {"differences": [-0.03, -0.0125], "difference_intervals": [[-0.04, -0.02]] * 2}
    dev = {"rows": 3000, "teacher": 0.97, "prefixes": [0.96, 0.97]}
    figures = {"differences": {"dev": better, "test": worse}, "quality": {"dev": dev}}
    over = {"differences": [0.0, 0.0175], "difference_intervals": [[0.0, 0.0], [0.01, 0.02]]}
    tested = result("members", split="test", figures=figures, over_first=over)
    write(tmp_path, tested, result("one"))
    assert main(["ablation", str(tmp_path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[4] == (
        "| clinc150 | `members` | 0 | accuracy, 3,000 rows | 97.00 | -3.00 (-4.00 .. -2.00) "
        "| -1.25 (-4.00 .. -2.00) | +1.75 (+1.00 .. +2.00) | 1.5 |"
    )
    titles = [line for line in lines if line.startswith("**")]
    assert titles == [
        "**All sets, on test**",
        "**clinc150**, accuracy on dev, 3,000 rows",
        "**clinc150**, accuracy on test, 3,000 rows",
    ]
    assert "| `members` | 0 | 97.00 | 96.00 97.00 | -1.00 (-3.00 .. +1.00) |  | 1.5 |" in lines


def test_tables_stand_between_the_marks_and_nothing_else_changes(tmp_path, capsys):
    write(tmp_path / "results", result("one"))
    document = tmp_path / "page.md"
    document.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    for _ in range(2):
        assert main(["ablation", str(tmp_path / "results"), "--into", str(document)]) == 0
        made = tables(read_results(tmp_path / "results"))
        assert document.read_text() == f"before\n{BEGIN}\n\n{made}\n\n{END}\nafter\n"
    document.write_text("no marks")
    assert main(["ablation", str(tmp_path / "results"), "--into", str(document)]) == 2
    assert "ablation: begin" in capsys.readouterr().err
    assert document.read_text() == "no marks"


@pytest.mark.parametrize(
    ("content", "words"),
    [({"metric": "accuracy"}, "no results"), ({"recipe": "one", "dataset": "a"}, "has no seed")],
)
def test_what_is_no_result_is_named(tmp_path, capsys, content, words):
    write(tmp_path, content)
    assert main(["ablation", str(tmp_path)]) == 2
    assert words in capsys.readouterr().err


def test_the_document_has_the_tables_of_the_results():
    made = tables(read_results(REPOSITORY / "distiller" / "results"))
    assert made in (REPOSITORY / "docs" / "distillation.md").read_text("utf-8")
