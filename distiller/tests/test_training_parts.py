import numpy as np
import pytest
import torch
from tokenizers import Tokenizer

from cohort_distiller.batches import encode, epoch_batches, joined, length_batches
from cohort_distiller.embeddings import Embeddings
from cohort_distiller.ensemble import Ensemble
from cohort_distiller.errors import InputError, RunError
from cohort_distiller.losses import NO_LABEL, agreement, joint_losses, own_answers, prefix_weights
from cohort_distiller.optimisation import Schedule, finite
from cohort_distiller.recipe import Recipe, block, initial_layers, package_name
from cohort_distiller.student import Student
from cohort_distiller.targets import summary
from cohort_distiller.teacher import Teacher
from cohort_distiller.work import WorkFolder
from conftest import write_tokenizer


def lengths(rows=1000):
    return np.random.default_rng(0).integers(2, 100, rows)


def test_an_epoch_has_every_row_once_within_both_bounds():
    batches = epoch_batches(lengths(), 32, 1024, (1, 2, 3))
    assert sorted(np.concatenate(batches)) == list(range(1000))
    for rows in batches:
        assert len(rows) <= 32
        assert len(rows) * lengths()[rows].max() <= 1024


def test_epochs_differ_and_repeat_by_their_seed_alone():
    first, again, second = (epoch_batches(lengths(), 32, 4096, (0, e)) for e in (0, 0, 1))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not np.array_equal(np.concatenate(first), np.concatenate(second))


def test_batches_of_one_length_group_waste_little_padding():
    batches = epoch_batches(lengths(3200), 32, 8192, (0,))
    padded = sum(len(rows) * lengths(3200)[rows].max() for rows in batches)
    assert padded < 1.1 * lengths(3200).sum()


def test_a_row_longer_than_the_bound_stands_alone():
    batches = length_batches(np.array([5, 500, 5]), 32, 100)
    assert [list(rows) for rows in batches] == [[0, 2], [1]]


def test_encoding_in_chunks_changes_nothing(tmp_path, monkeypatch):
    write_tokenizer(tmp_path, roberta=False)
    tokenizer = Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    tokenizer.no_padding()
    texts = [("play music",), ("a",), ("book a flight to the hotel " * 9,)] * 5
    whole = encode(tokenizer, texts)
    monkeypatch.setattr("cohort_distiller.batches._CHARACTERS_AT_ONCE", 20)
    parts = encode(tokenizer, texts)
    assert np.array_equal(whole.ids, parts.ids)
    assert np.array_equal(whole.starts, parts.starts)
    assert whole.lengths.max() == 16
    both = joined([whole, parts])
    assert both.row(15) == both.row(0) == whole.row(0)
    batch = whole.batch([0, 1], pad_id=9)
    assert batch.attention_mask.tolist() == [[1, 1, 1, 1], [1, 1, 1, 0]]
    assert batch.input_ids[1, 3] == 9


def test_learning_rate_rises_falls_and_ends_near_zero():
    schedule = Schedule(1.0, 100)
    rates = [schedule.rate(step) for step in range(100)]
    assert max(rates) == 1.0
    assert rates[:10] == sorted(rates[:10])
    assert rates[10:] == sorted(rates[10:], reverse=True)
    assert 0 < rates[-1] < 0.02
    assert Schedule(1.0, 1).rate(0) == 1.0


def test_prefix_weights_give_half_to_the_whole_ensemble():
    assert prefix_weights(1).tolist() == [1.0]
    assert prefix_weights(3).tolist() == [0.25, 0.25, 0.5]


def test_members_that_differ_more_agree_less():
    contributions = torch.tensor([[[1.0, 0.0]], [[3.0, 0.0]]])
    assert agreement(contributions, scale=0.5).tolist() == [-1.0]
    assert agreement(contributions[:1].expand(2, 1, 2), scale=0.5).tolist() == [0.0]


def test_what_a_member_answers_alone():
    contributions = torch.tensor([[[1.0, 0.0]], [[3.0, -1.0]]])
    alone = own_answers(torch.tensor([0.5, 0.0]), contributions)
    assert alone.tolist() == [[[1.5, 0.0]], [[6.5, -2.0]]]


def test_each_student_may_see_other_tokens(teacher_folder):
    encoder = Teacher.load(teacher_folder("bert")).encoder()
    students = [Student.of_encoder(encoder, (0, 2), 3, head_std=0.1) for _ in range(2)]
    ensemble = Ensemble(Embeddings.of_encoder(encoder), students, torch.zeros(3)).eval()
    ids = torch.tensor([[2, 7, 8, 3]])
    masks = torch.tensor([[[1, 1, 1, 1]], [[1, 0, 1, 1]]])
    both = ensemble(ids, masks).contributions
    for number in (0, 1):
        alone = ensemble(ids, masks[number], members=[number]).contributions[0]
        assert torch.equal(both[number], alone)
    assert not torch.equal(both[1], ensemble(ids, masks[0]).contributions[1])


def test_unlabelled_rows_learn_from_the_teacher_alone():
    answers = torch.tensor([[2.0, -1.0, 0.5], [0.0, 3.0, 1.0]])
    prefixes = torch.stack([answers, answers + 1.0])
    labels = torch.tensor([NO_LABEL, 1])
    losses = joint_losses("classification", Recipe(), prefixes, answers, labels, 1.0)
    assert losses.shape == (2, 2)
    torch.testing.assert_close(losses[:, 0], torch.zeros(2))
    right = torch.nn.functional.cross_entropy(answers[1:], labels[1:])
    torch.testing.assert_close(losses[0, 1], 0.5 * right)


def test_regression_without_scores_learns_from_the_teacher_alone():
    answers = torch.tensor([[1.0], [2.0]])
    prefixes = torch.tensor([[[2.0], [2.0]]])
    labels = torch.tensor([float("nan"), 4.0])
    losses = joint_losses("regression", Recipe(), prefixes, answers, labels, 2.0)
    torch.testing.assert_close(losses, torch.tensor([[0.5, 0.5 * 4.0 / 2.0]]))
    assert torch.isfinite(losses).all()


def test_embeddings_of_the_right_direction_and_length_cost_nothing():
    answers = torch.nn.functional.normalize(torch.randn(4, 8), dim=-1)
    losses = joint_losses("embedding", Recipe(), answers[None], answers, torch.zeros(4), 1.0)
    torch.testing.assert_close(losses, torch.zeros(1, 4), atol=1e-6, rtol=0)


def test_summary_leaves_padding_out():
    states = torch.tensor([[[1.0], [3.0], [100.0]]])
    seen = summary(states, torch.tensor([[1, 1, 0]]))
    assert seen.tolist() == [[[1.0], [2.0]]]


def test_blocks_cover_the_teacher():
    assert [block(k, 4, 12) for k in range(4)] == [(0, 2), (3, 5), (6, 8), (9, 11)]
    assert [block(k, 4, 2) for k in range(4)] == [(0, 0), (0, 0), (1, 1), (1, 1)]
    assert initial_layers(Recipe(), 6) == [[1, 5], [1, 4], [0, 5], [2, 5]]
    assert initial_layers(Recipe(), 12) == [[2, 10], [2, 8], [0, 10], [4, 10]]
    assert initial_layers(Recipe(students=5, layers=3), 6)[3:] == [[2, 4, 5], [1, 3, 5]]
    assert initial_layers(Recipe(layers=1), 6) == [[5], [4], [5], [5]]
    assert initial_layers(Recipe(students=1), 1) == [[0, 0]]


@pytest.mark.parametrize(
    ("folder", "name"), [("clinc150", "clinc150"), ("My Pkg_2", "my-pkg-2"), ("x" * 99, "x" * 63)]
)
def test_package_names_come_from_the_folder(tmp_path, folder, name):
    assert package_name(tmp_path / folder) == name
    assert Recipe(name=name).name == name


def test_a_folder_without_letters_gives_no_name(tmp_path):
    with pytest.raises(InputError, match="--name"):
        package_name(tmp_path / "___")


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_loss_that_is_not_finite(value):
    with pytest.raises(RunError, match="student 1, step 7: the loss is"):
        finite(torch.tensor(value), "student 1", 7)


def test_a_damaged_checkpoint_says_so(tmp_path):
    work = WorkFolder(tmp_path / "work")
    with work.locked():
        assert work.load() is None
        work.save({"phase": 1, "trained": {"a": torch.ones(3)}})
        assert work.load()["trained"]["a"].sum() == 3
        file = tmp_path / "work" / "checkpoint.pt"
        file.write_bytes(file.read_bytes()[:100])
        with pytest.raises(RunError, match=r"checkpoint\.pt: damaged"):
            work.load()


def test_a_folder_with_other_files_is_no_work_folder(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    work = WorkFolder(tmp_path)
    with work.locked(), pytest.raises(InputError, match=r"holds thesis\.txt"):
        work.claim({"a": 1})


def test_the_provenance_tells_what_happened():
    assert Recipe().algorithm("classification") == "v1: distillation of each student alone"
    assert Recipe().algorithm("regression") == "v1: joint distillation over prefixes"
    mixed = Recipe(boost_epochs=1, member_weight=0.5).algorithm("classification")
    assert mixed == (
        "v1: stacking distillation with boosting, joint distillation over prefixes, "
        "distillation of each student alone"
    )
