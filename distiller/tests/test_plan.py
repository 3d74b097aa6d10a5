import pytest
import torch

from cohort_distiller.batches import encode
from cohort_distiller.cli import main
from cohort_distiller.embeddings import Embeddings
from cohort_distiller.ensemble import Ensemble
from cohort_distiller.errors import InputError
from cohort_distiller.pace import measure_costs
from cohort_distiller.package import load_package
from cohort_distiller.plan import Costs, RowCounts, estimate, fit, parse_duration, shorter
from cohort_distiller.recipe import Recipe
from cohort_distiller.student import Student
from cohort_distiller.teacher import Teacher
from lessons import contents, make_lesson

COSTS = Costs(answer=0.01, boost=0.002, joint=0.008, forward=0.002)
ROWS = RowCounts(labelled=1000, unlabelled=500, measured=300)


def test_the_estimate_counts_every_row_of_every_part():
    recipe = Recipe(students=3, boost_epochs=2, epochs=5, augment=1)
    found = estimate(recipe, ROWS, COSTS)
    assert found.answers == pytest.approx((2500 + 300) * 0.01)
    assert found.stage1 == pytest.approx(2500 * (3 * 2 * 0.002 + 0.002))
    assert found.stage2 == pytest.approx(5 * (2500 * 0.008 + 300 * 0.002))
    assert found.total == found.answers + found.stage1 + found.stage2
    assert "stage 2 1:43" in str(found)


def test_shorter_recipes_never_take_longer():
    recipe = Recipe(boost_epochs=2, epochs=6, augment=3)
    totals = [estimate(candidate, ROWS, COSTS).total for candidate in shorter(recipe)]
    assert totals == sorted(totals, reverse=True)
    assert len(set(totals)) == len(totals) == 1 + 1 + 2 + 3 + 3


@pytest.mark.parametrize(
    ("budget", "kept"),
    [
        (1e6, (1, 2, 6)),
        (230, (0, 2, 6)),
        (200, (0, 2, 5)),
        (155, (0, 2, 4)),
        (90, (0, 0, 4)),
        (60, (0, 0, 3)),
        (31, (0, 0, 1)),
    ],
)
def test_a_budget_cuts_stage_1_then_epochs_and_copies(budget, kept):
    recipe = fit(Recipe(boost_epochs=1, epochs=6, augment=2), ROWS, COSTS, budget)
    assert (recipe.boost_epochs, recipe.augment, recipe.epochs) == kept
    assert estimate(recipe, ROWS, COSTS).total <= budget


def test_a_budget_too_short_names_the_least():
    with pytest.raises(InputError, match=r"--budget 0:10: .*about 0:30"):
        fit(Recipe(), ROWS, COSTS, 10)


@pytest.mark.parametrize(("text", "seconds"), [("30m", 1800), ("1h30m", 5400), ("90s", 90)])
def test_durations(text, seconds):
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "30", "0m", "m", "-5m", "5 m", "1.5h", "30m1h"])
def test_what_is_no_duration(text):
    with pytest.raises(InputError, match="--budget"):
        parse_duration(text)


def test_measured_costs_leave_the_ensemble_as_it_is(teacher_folder):
    teacher = Teacher.load(teacher_folder("bert"))
    encoder = teacher.encoder()
    students = [Student.of_encoder(encoder, (0, 2), 5, head_std=0.1) for _ in range(2)]
    ensemble = Ensemble(Embeddings.of_encoder(encoder), students, torch.zeros(5))
    before = {name: tensor.clone() for name, tensor in ensemble.state_dict().items()}
    rows = encode(teacher.tokenizer, [("play music " * count,) for count in range(1, 40)])
    recipe = Recipe(students=2, batch=8, train_embeddings=True)
    costs = measure_costs(recipe, teacher, ensemble, rows, torch.device("cpu"))
    assert min(costs.answer, costs.boost, costs.joint, costs.forward) > 0
    assert all(torch.equal(before[name], t) for name, t in ensemble.state_dict().items())
    assert not ensemble.embeddings.word.weight.requires_grad


def test_a_distillation_keeps_to_its_budget_and_to_its_plan(tmp_path, capsys, monkeypatch):
    lesson = make_lesson(tmp_path / "lesson", "classification", rows=48)
    monkeypatch.setattr("cohort_distiller.run.measure_costs", lambda *_: COSTS)
    out = tmp_path / "pkg"
    arguments = lesson.arguments(out, "--epochs", "9", "--augment", "1", "--budget")
    assert main([*arguments, "2s"]) == 0, capsys.readouterr().err
    recipe = load_package(out).manifest["provenance"]["recipe"]
    assert (recipe["boost_epochs"], recipe["augment"], recipe["epochs"]) == (0, 0, 2)
    before = contents(out)
    monkeypatch.setattr("cohort_distiller.run.measure_costs", lambda *_: pytest.fail("planned"))
    assert main([*arguments, "2s"]) == 0, capsys.readouterr().err
    assert contents(out) == before
    assert main([*arguments, "soon"]) == 2
    assert "--budget 'soon'" in capsys.readouterr().err


def test_a_refused_budget_leaves_nothing(tmp_path, capsys, monkeypatch):
    lesson = make_lesson(tmp_path / "lesson", "classification", rows=48)
    slow = Costs(answer=1.0, boost=1.0, joint=1.0, forward=1.0)
    monkeypatch.setattr("cohort_distiller.run.measure_costs", lambda *_: slow)
    assert main(lesson.arguments(tmp_path / "pkg", "--budget", "9s")) == 2
    assert "--budget 0:09" in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["lesson"]
