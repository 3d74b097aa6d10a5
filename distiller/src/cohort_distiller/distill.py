"""Algorithm v1: an optional stage of boosting, then all students at once.

Stage 1, which the default recipe leaves out, trains the students one after the other: student k
fits the residual that the frozen students 0..k-1 leave of the teacher's answers, with hints from
the teacher's layers of block k. Stage 2 trains all students at the same time with the teacher's
answers and the labels: classifiers each alone, or, by `member_weight`, on every prefix of the sum,
as scores and embeddings always are. The one embedding table of all students stays frozen, in the
precision that ships, unless the recipe trains it in stage 2.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from .batches import Batch
from .corpus import Corpus
from .embeddings import Embeddings
from .ensemble import Ensemble
from .errors import InputError
from .families import EncoderWeights
from .losses import (
    agreement,
    hint_loss,
    joint_losses,
    own_answers,
    prefix_weights,
    residual_loss,
    self_losses,
)
from .parallel import World
from .quality import measure
from .quantise import restore, store
from .recipe import Recipe, block, initial_layers
from .student import Student
from .targets import Targets, infer, pad_id, summary
from .teacher import Teacher
from .trainer import Phase, Rows, Trainer

_EMBEDDINGS = "embeddings."


@dataclass(frozen=True)
class Lesson:
    """What students learn from: the corpus, the teacher's view of it, and where they start.

    `more` has the answers [N,D] of more teachers to the training rows. Student k of those that
    learn alone has teacher k, and the first one again after the last.
    """

    corpus: Corpus
    train: Targets
    dev: Targets
    teacher: Teacher
    initial: EncoderWeights
    initial_is_teacher: bool
    more: tuple[Tensor, ...] = ()


def uses_hints(recipe: Recipe) -> bool:
    """Whether stage 1 runs and looks at the teacher's layers."""
    return recipe.boost_epochs > 0 and recipe.hint_weight > 0


def hint_layers(recipe: Recipe, teacher: Teacher) -> list[int]:
    """For each student the teacher layer whose output is its hint: the last of its block."""
    if not uses_hints(recipe):
        return []
    return [block(k, recipe.students, teacher.layers)[1] for k in range(recipe.students)]


def build_ensemble(recipe: Recipe, lesson: Lesson) -> Ensemble:
    """Untrained students, the embeddings as they will ship, the mean answer as bias."""
    encoder = lesson.initial
    if (
        not lesson.initial_is_teacher
        and encoder.architecture.vocabulary != lesson.teacher.architecture.vocabulary
    ):
        raise InputError(
            f"--init-from: {encoder.architecture.vocabulary} rows in the embedding table, the "
            f"teacher has {lesson.teacher.architecture.vocabulary}; both must share a vocabulary"
        )
    embeddings = Embeddings.of_encoder(encoder)
    restore(embeddings, _EMBEDDINGS, store(embeddings, _EMBEDDINGS, recipe.weights))
    chosen = initial_layers(recipe, encoder.layers)
    students = [
        Student.of_encoder(encoder, layers, lesson.teacher.outputs, dropout=recipe.dropout)
        for layers in chosen
    ]
    return Ensemble(embeddings, students, lesson.train.answers.mean(0))


class Distillation:
    """One run over all phases. Its state fits into a checkpoint at any step."""

    def __init__(
        self, recipe: Recipe, lesson: Lesson, trainer: Trainer, world: World, device: torch.device
    ) -> None:
        self._recipe, self._lesson, self._trainer = recipe, lesson, trainer
        self._world, self._device = world, device
        self._pad = pad_id(lesson.teacher)
        self._answers = lesson.train.answers
        self._teachers = [self._answers, *lesson.more]
        self._scale = float(self._answers.var(0).mean().clamp_min(1e-12))
        self.ensemble = build_ensemble(recipe, lesson).to(device).eval()
        self.history: list[list[float]] = []
        self._best: dict[str, Tensor] = {}
        self._average: dict[str, Tensor] = {}
        self._hint_maps = self._new_hint_maps()

    def run(self, resumed: dict[str, Any] | None) -> None:
        """Trains what `resumed`, a checkpoint's content, has not trained yet."""
        first = 0 if self._recipe.boost_epochs else self._recipe.students
        if resumed:
            first = int(resumed["phase"])
            self._restore(resumed)
            self._trainer.spent = dict(resumed["spent"])
        for number in range(first, self._recipe.students + 1):
            position = resumed if resumed and number == first and "adam" in resumed else None
            phase = self._boosting(number) if number < self._recipe.students else self._joint()
            self._trainer.run(phase, self._state, position)
            if number == self._recipe.students:
                self._load_trained(self._best)
            self._trainer.save({"phase": number + 1} | self._state())

    @property
    def spent(self) -> dict[str, float]:
        """Processor seconds of each phase, all threads together."""
        return {name: round(seconds, 1) for name, seconds in self._trainer.spent.items()}

    def _boosting(self, number: int) -> Phase:
        student = self.ensemble.member(number)
        module = nn.ModuleDict({"student": student})
        if self._hint_maps is not None:
            module["hint"] = self._hint_maps[number]
        before = self._contributions_before(number)
        residual = self._answers - self.ensemble.bias.detach().cpu() - before
        residual = self._recipe.shrinkage * residual
        scale = float(residual.square().mean().clamp_min(1e-12))

        def losses(rows: Rows) -> Tensor:
            batch = self._batch(rows)
            embedded = self.ensemble.embeddings(batch.input_ids, batch.token_type_ids)
            output = student(embedded, batch.attention_mask, self._hint_maps is not None)
            picked = torch.from_numpy(rows)
            loss = residual_loss(
                output.contribution.float(), residual[picked].to(self._device), scale
            )
            if self._hint_maps is None:
                return loss
            seen = summary(output.hidden_states[-1], batch.attention_mask)
            hints = self._lesson.train.hints[picked, number].to(self._device, torch.float32)
            return loss + self._recipe.hint_weight * hint_loss(module["hint"](seen), hints)

        return Phase(
            number,
            f"student {number}",
            module,
            self._recipe.boost_epochs,
            self._lesson.corpus.train.lengths,
            losses,
        )

    def _joint(self) -> Phase:
        weights = prefix_weights(self._recipe.students).to(self._device)
        task = self._lesson.teacher.task
        share = torch.full_like(weights, self._recipe.self_weight)
        share[-1] = 0
        members = self._recipe.members(task)
        self.ensemble.embeddings.requires_grad_(self._recipe.train_embeddings)

        def losses(rows: Rows) -> Tensor:
            batch = self._batch(rows)
            output = self.ensemble(
                batch.input_ids, self._views(batch.attention_mask), batch.token_type_ids
            )
            prefixes = self.ensemble.prefix_logits(output.contributions.float())
            picked = torch.from_numpy(rows)
            answers = self._answers[picked].to(self._device)
            labels = self._lesson.corpus.labels[picked].to(self._device)
            each = joint_losses(task, self._recipe, prefixes, answers, labels, self._scale)
            if self._recipe.self_weight:
                own = self_losses(task, self._recipe, prefixes, self._scale)
                each = torch.lerp(each, own, share[:, None])
            loss = (weights[:, None] * each).sum(0)
            if members:
                alone = own_answers(self.ensemble.bias, output.contributions.float())
                told = self._told(picked, answers)
                each = joint_losses(task, self._recipe, alone, told, labels, self._scale)
                loss = torch.lerp(loss, each.mean(0), members)
            if self._recipe.diversity:
                contributions = output.contributions.float()
                loss = loss + self._recipe.diversity * agreement(contributions, self._scale)
            return loss

        return Phase(
            self._recipe.students,
            "all students",
            self.ensemble,
            self._recipe.epochs,
            self._lesson.corpus.train.lengths,
            losses,
            self._measure,
            self._follow if self._recipe.average else lambda: None,
        )

    def _told(self, picked: Tensor, answers: Tensor) -> Tensor:
        """What each student's own teacher answers [M,B,D]; [B,D] where all have the same one."""
        if len(self._teachers) == 1:
            return answers
        told = torch.stack([teacher[picked] for teacher in self._teachers]).to(self._device)
        return told[torch.arange(self._recipe.students) % len(self._teachers)]

    def _views(self, mask: Tensor) -> Tensor:
        """A mask [M,B,L] that hides other tokens from each student; the first is seen by all."""
        if not self._recipe.views:
            return mask
        shape = (self._recipe.students, *mask.shape)
        seen = torch.rand(shape, device=mask.device) >= self._recipe.views
        seen[..., 0] = True
        return mask * seen

    def _follow(self) -> None:
        """Moves the average of the weights towards what they are now."""
        trained = self._trained()
        if not self._average:
            self._average = {name: t.detach().clone() for name, t in trained.items()}
            return
        for name, tensor in self._average.items():
            tensor.lerp_(trained[name].detach(), 1 - self._recipe.average)

    def _measure(self) -> str:
        """Dev quality of each prefix; keeps the weights of the best epoch by the whole ensemble.

        The weights are their moving average where the recipe wants one.
        """
        now = {name: t.detach().clone() for name, t in self._trained().items()}
        self._load_trained(self._average or now)
        note = self._measure_weights()
        self._load_trained(now)
        return note

    def _measure_weights(self) -> str:
        dev = self._lesson.corpus.dev
        columns = (self._recipe.students, self._lesson.teacher.outputs)
        prefixes = infer(dev.rows, columns, self._prefixes, self._world, self._pad).transpose(0, 1)
        answers = self._lesson.dev.answers
        task = self._lesson.teacher.task
        self.history.append([measure(task, p, dev.labels, answers) for p in prefixes])
        if _merit(self.history[-1]) >= max(map(_merit, self.history)):
            self._best = {name: t.detach().cpu().clone() for name, t in self._trained().items()}
        return ", dev " + " ".join(f"{value:.4f}" for value in self.history[-1])

    def _prefixes(self, batch: Batch) -> Tensor:
        batch = batch.to(self._device)
        output = self.ensemble(batch.input_ids, batch.attention_mask, batch.token_type_ids)
        return self.ensemble.prefix_logits(output.contributions.float()).transpose(0, 1)

    def _contributions_before(self, number: int) -> Tensor:
        rows = self._lesson.corpus.train
        outputs = self._lesson.teacher.outputs
        if number == 0:
            return torch.zeros(len(rows), outputs)

        def answer(batch: Batch) -> Tensor:
            batch = batch.to(self._device)
            output = self.ensemble(
                batch.input_ids, batch.attention_mask, batch.token_type_ids, members=range(number)
            )
            return output.contributions.float().sum(0)

        return infer(rows, (outputs,), answer, self._world, self._pad)

    def _batch(self, rows: Rows) -> Batch:
        return self._lesson.corpus.train.batch(rows, self._pad).to(self._device)

    def _new_hint_maps(self) -> nn.ModuleList | None:
        """Linear maps from a student's states to the teacher's; thrown away after stage 1."""
        if not uses_hints(self._recipe):
            return None
        hidden, wanted = self.ensemble.architecture.hidden, self._lesson.teacher.architecture.hidden
        maps = nn.ModuleList(nn.Linear(hidden, wanted) for _ in range(self._recipe.students))
        for linear in maps:
            nn.init.eye_(linear.weight)  # type: ignore[arg-type]
            nn.init.zeros_(linear.bias)  # type: ignore[arg-type]
        return maps.to(self._device)

    def _trained(self) -> dict[str, Tensor]:
        """What training changes: all but embeddings that stay frozen."""
        state = self.ensemble.state_dict()
        if self._recipe.train_embeddings:
            return dict(state)
        return {name: t for name, t in state.items() if not name.startswith(_EMBEDDINGS)}

    def _load_trained(self, tensors: Mapping[str, Tensor]) -> None:
        self.ensemble.load_state_dict(tensors, strict=False)

    def _state(self) -> dict[str, Any]:
        return {
            "trained": self._trained(),
            "hints": self._hint_maps.state_dict() if self._hint_maps is not None else {},
            "best": self._best,
            "average": self._average,
            "history": self.history,
        }

    def _restore(self, state: Mapping[str, Any]) -> None:
        self._load_trained(state["trained"])
        if self._hint_maps is not None:
            self._hint_maps.load_state_dict(state["hints"])
        self._best, self.history = dict(state["best"]), list(state["history"])
        self._average = {name: t.to(self._device) for name, t in state["average"].items()}


def _merit(prefixes: list[float]) -> tuple[float, float]:
    return prefixes[-1], sum(prefixes)
