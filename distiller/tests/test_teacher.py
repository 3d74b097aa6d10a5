import json
import shutil

import pytest
import torch

from cohort_distiller.embeddings import Embeddings
from cohort_distiller.ensemble import Ensemble
from cohort_distiller.errors import InputError
from cohort_distiller.student import Student
from cohort_distiller.teacher import Teacher, load_encoder
from conftest import FAMILIES, write_teacher


def batch(vocabulary, lengths, token_types):
    generator = torch.Generator().manual_seed(1)
    longest = max(lengths)
    ids = torch.randint(5, vocabulary, (len(lengths), longest), generator=generator)
    types = torch.randint(0, max(token_types, 1), ids.shape, generator=generator)
    mask = torch.arange(longest) < torch.tensor(lengths)[:, None]
    return ids.where(mask, 1 if token_types == 0 else 0), mask.long(), types


@pytest.mark.parametrize("kind", FAMILIES)
def test_student_of_all_layers_has_the_teachers_hidden_states(teacher_folder, kind):
    teacher = Teacher.load(teacher_folder(kind))
    encoder = teacher.encoder()
    student = Student.of_encoder(encoder, range(teacher.layers), teacher.outputs, head_std=0.1)
    ids, mask, types = batch(60, [1, 5, 40, 3], teacher.architecture.token_types)
    with torch.no_grad():
        _, states = teacher(ids, mask, types, hidden=True)
        embedded = Embeddings.of_encoder(encoder)(ids, types)
        output = student(embedded, mask, hidden=True)
        short = student(embedded, mask)
    real = mask.bool()
    assert (embedded - states[0])[real].abs().max() < 1e-5
    for ours, theirs in zip(output.hidden_states, states[1:], strict=True):
        assert (ours - theirs)[real].abs().max() < 1e-5
    assert output.contribution.abs().max() > 0.1
    assert (output.contribution - short.contribution).abs().max() < 1e-5


def test_students_start_from_chosen_layers_and_prefixes_add_up(teacher_folder):
    teacher = Teacher.load(teacher_folder("bert"))
    encoder = teacher.encoder()
    students = [Student.of_encoder(encoder, [k, 2], 5, head_std=0.1) for k in (0, 1)]
    ensemble = Ensemble(Embeddings.of_encoder(encoder), students, torch.arange(5.0))
    assert torch.equal(
        ensemble.member(1).state_dict()["layers.0.feed_forward.outer.weight"],
        encoder.tensors["layers.1.feed_forward.outer.weight"],
    )
    ids, mask, types = batch(60, [4, 9], 2)
    output = ensemble(ids, mask, types)
    alone = ensemble(ids, mask, types, members=[1]).contributions[0]
    logits = ensemble.prefix_logits(output.contributions)
    assert torch.equal(alone, output.contributions[1])
    assert torch.allclose(logits[0], torch.arange(5.0) + output.contributions[0])
    assert torch.allclose(logits[1], logits[0] + alone, atol=1e-6)


def test_new_student_says_nothing(teacher_folder):
    student = Student.of_encoder(load_encoder(teacher_folder("bert")), [0], 5)
    assert student(torch.randn(2, 3, 32), torch.ones(2, 3)).contribution.abs().max() == 0


def test_layers_of_another_shape_are_refused(teacher_folder, tmp_path):
    other = load_encoder(write_teacher(tmp_path / "other", "bert", num_hidden_layers=1))
    shape = load_encoder(write_teacher(tmp_path / "wide", "bert", intermediate_size=96))
    with pytest.raises(InputError, match="intermediate 64 instead of 96"):
        Student.of_encoder(other, [0], 5, architecture=shape.architecture)
    with pytest.raises(InputError, match=r"layer 1 does not exist; the encoder has 0\.\.0"):
        Student.of_encoder(other, [1], 5)


def test_new_head_is_saved_and_loaded(teacher_folder, tmp_path):
    teacher = Teacher.with_new_head(
        teacher_folder("bert-embedding"), "classification", ["no", "yes", "maybe"], seed=3
    ).eval()
    teacher.save(tmp_path / "saved")
    again = Teacher.load(tmp_path / "saved")
    ids, mask, types = batch(60, [4, 9], 2)
    assert (again.task, again.labels) == ("classification", ["no", "yes", "maybe"])
    assert torch.equal(again(ids, mask, types)[0], teacher(ids, mask, types)[0])
    assert again.tokenizer.padding is None
    assert again.tokenizer.truncation is None


def test_task_comes_from_the_configuration(teacher_folder, tmp_path):
    regression = Teacher.load(write_teacher(tmp_path / "one", "roberta", num_labels=1))
    assert (regression.task, regression.outputs, regression.max_tokens) == ("regression", 1, 512)
    assert regression.architecture.position_offset == 2
    assert Teacher.load(teacher_folder("bert-embedding")).task == "embedding"


def test_embeddings_are_pooled_as_the_folder_says(teacher_folder, tmp_path):
    folder = shutil.copytree(teacher_folder("bert-embedding"), tmp_path / "mean")
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text(
        json.dumps({"pooling_mode_mean_tokens": True, "pooling_mode_cls_token": False})
    )
    teacher = Teacher.load(folder)
    ids, mask, types = batch(60, [4, 9], 2)
    output, states = teacher(ids, mask, types, hidden=True)
    expected = states[-1][0, :4].mean(0)
    assert torch.allclose(output[0], expected / expected.norm(), atol=1e-6)


def edit_config(folder, **changes):
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | changes))


def damage(kind):
    def no_config(folder):
        (folder / "config.json").unlink()

    def not_json(folder):
        (folder / "tokenizer_config.json").write_text("{")

    def modules(folder):
        (folder / "modules.json").write_text('[{"type": "sentence_transformers.models.Dense"}]')
        edit_config(folder, architectures=["BertModel"])

    def heads(folder):
        edit_config(folder, num_attention_heads=5)

    def vocabulary(folder):
        tokenizer = json.loads((folder / "tokenizer.json").read_text())
        tokenizer["model"]["vocab"]["extra"] = 4000
        (folder / "tokenizer.json").write_text(json.dumps(tokenizer))

    def family(folder):
        edit_config(folder, model_type="gpt2")

    def activation(folder):
        edit_config(folder, hidden_act="silu")

    def no_tokenizer(folder):
        (folder / "tokenizer.json").unlink()

    def no_weights(folder):
        (folder / "model.safetensors").unlink()

    def pickle_only(folder):
        no_weights(folder)
        torch.save({"model": torch.nn.Linear(1, 1)}, folder / "pytorch_model.bin")

    def truncated(folder):
        file = folder / "model.safetensors"
        file.write_bytes(file.read_bytes()[:-100])

    def depth(folder):
        edit_config(folder, num_hidden_layers=4)

    return locals()[kind]


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("not_json", r"tokenizer_config\.json: not readable JSON"),
        ("modules", r"module sentence_transformers\.models\.Dense is not supported"),
        ("heads", "hidden size 32 is not a multiple of 5 attention heads"),
        ("vocabulary", "token id 4000, the embedding table"),
        ("no_config", r"no config\.json"),
        ("family", "model_type 'gpt2' is not supported; supported: bert, distilbert"),
        ("activation", "hidden_act 'silu' is not supported; supported: gelu"),
        ("no_tokenizer", r"no tokenizer; expected tokenizer\.json"),
        ("no_weights", r"no weights; expected model\.safetensors"),
        ("pickle_only", "not loadable without running code"),
        ("truncated", "the weights cannot be loaded"),
        ("depth", r"the weights lack 16 tensors, first bert\.encoder\.layer\.3"),
    ],
)
def test_unusable_teacher_is_refused(teacher_folder, tmp_path, kind, message):
    folder = shutil.copytree(teacher_folder("bert"), tmp_path / "teacher")
    damage(kind)(folder)
    with pytest.raises(InputError, match=message) as refused:
        Teacher.load(folder)
    assert refused.value.exit_code == 2
    assert str(folder) in str(refused.value)


def test_weights_in_a_plain_pickle_are_read(teacher_folder, tmp_path):
    folder = shutil.copytree(teacher_folder("bert"), tmp_path / "teacher")
    safe = Teacher.load(folder)
    torch.save(safe.model.state_dict(), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    ids, mask, types = batch(60, [4, 9], 2)
    assert torch.equal(Teacher.load(folder)(ids, mask, types)[0], safe(ids, mask, types)[0])
