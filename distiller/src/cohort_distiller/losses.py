"""Losses of algorithm v1, one value for each row of a batch."""

import torch
from torch import Tensor
from torch.nn import functional as F

from .architecture import Task
from .recipe import Recipe

NO_LABEL = -1
"""Class number of unlabelled rows."""


def residual_loss(contribution: Tensor, residual: Tensor, scale: float) -> Tensor:
    """Squared error [B] of a contribution [B,D], in units of the residuals' mean square."""
    return (contribution - residual).square().mean(-1) / scale


def hint_loss(states: Tensor, hints: Tensor) -> Tensor:
    """Squared error [B] of summaries [B,2,H], in units of the hints' own mean square."""
    scale = hints.square().mean().clamp_min(1e-6)
    return (states - hints).square().mean((1, 2)) / scale


def prefix_weights(students: int) -> Tensor:
    """Weight of each prefix: half for the whole ensemble, the rest shared by the shorter ones.

    This is the expected loss of training on the whole ensemble or on a random shorter prefix with
    equal chances; all prefixes share their computation, so the expectation costs no more.
    """
    if students == 1:
        return torch.ones(1)
    weights = torch.full((students,), 0.5 / (students - 1))
    weights[-1] = 0.5
    return weights


def own_answers(bias: Tensor, contributions: Tensor) -> Tensor:
    """What each member would answer alone [M,B,D], before activation.

    The first one's contribution counts as it is. The others' count twice: in the sum they then
    have half of the first one's weight, so that a prefix of two is no tie of equal votes and the
    whole ensemble is not as many times too sure as it has members.
    """
    scale = torch.full((len(contributions), 1, 1), 2.0, device=contributions.device)
    scale[0] = 1.0
    return bias + scale * contributions


def joint_losses(
    task: Task, recipe: Recipe, prefixes: Tensor, answers: Tensor, labels: Tensor, scale: float
) -> Tensor:
    """Loss [M,B] of outputs [M,B,D], of prefixes or members, against answers and labels.

    `answers` are the teacher's [B,D], or [M,B,D] where each output has its own; `labels` are class
    numbers (`NO_LABEL` where there is none) or scores (NaN where there is none); `scale` is the
    variance of the teacher's answers.
    """
    if task == "classification":
        return _classification(recipe, prefixes, answers, labels)
    if task == "regression":
        return _regression(recipe, prefixes, answers, labels, scale)
    aligned = F.cosine_similarity(prefixes, answers.expand_as(prefixes), dim=-1)
    return 1 - aligned + (prefixes - answers).square().mean(-1) / scale


def self_losses(task: Task, recipe: Recipe, prefixes: Tensor, scale: float) -> Tensor:
    """Loss [M,B] of the prefixes [M,B,D] against the whole ensemble's answer as it stands."""
    whole = prefixes[-1].detach()
    if task == "classification":
        return _imitation(prefixes, whole, recipe.temperature)
    return (prefixes - whole).square().mean(-1) / scale


def agreement(contributions: Tensor, scale: float) -> Tensor:
    """How little the members' contributions [M,B,D] differ: minus their variance, a value [B].

    Negative correlation learning (Liu and Yao 1999, "Ensemble learning via negative correlation"):
    there each member's penalty is minus its squared distance to the members' mean.
    """
    return -contributions.var(0, correction=0).mean(-1) / scale


def _imitation(prefixes: Tensor, answers: Tensor, heat: float) -> Tensor:
    """Kullback-Leibler divergence [M,B] to answers [B,D] at a temperature, times its square."""
    soft = (answers / heat).softmax(-1)
    told = (prefixes / heat).log_softmax(-1)
    return heat**2 * (torch.xlogy(soft, soft) - soft * told).sum(-1)


def _classification(recipe: Recipe, prefixes: Tensor, answers: Tensor, labels: Tensor) -> Tensor:
    students, rows, columns = prefixes.shape
    imitation = _imitation(prefixes, answers, recipe.temperature)
    right = F.cross_entropy(
        prefixes.reshape(-1, columns),
        labels.repeat(students),
        ignore_index=NO_LABEL,
        reduction="none",
    ).view(students, rows)
    share = recipe.label_weight * (labels != NO_LABEL).to(prefixes.dtype)
    return share * right + (1 - share) * imitation


def _regression(
    recipe: Recipe, prefixes: Tensor, answers: Tensor, labels: Tensor, scale: float
) -> Tensor:
    known = labels.isfinite()
    target = torch.where(known, labels, torch.zeros_like(labels))
    right = (prefixes.squeeze(-1) - target).square() / scale
    imitation = (prefixes - answers).square().mean(-1) / scale
    share = recipe.label_weight * known.to(prefixes.dtype)
    return share * right + (1 - share) * imitation
