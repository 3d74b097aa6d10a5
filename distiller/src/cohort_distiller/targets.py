"""What the teacher says about each row: computed once, kept in the work folder.

The teacher's forward pass is the dearest part of a short distillation, so a killed run keeps each
finished part of it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from .batches import BATCH_TOKENS, Batch, Encoded, length_batches
from .errors import RunError
from .optimisation import autocast
from .parallel import World
from .progress import progress
from .teacher import Teacher
from .work import WorkFolder

_ROWS_IN_A_PART = 2048
_ROWS_IN_A_BATCH = 128


@dataclass(frozen=True)
class Targets:
    """The teacher's answers [N,D] float32 and hints [N,K,2,H] float16.

    Hint k of a row is, after the k-th hint layer, the state of its first token and the mean of the
    states of all its tokens. Without hint layers K is 0.
    """

    answers: Tensor
    hints: Tensor


def together(parts: Sequence[Targets]) -> Targets:
    """The targets of several parts, in their order."""
    return Targets(
        torch.cat([part.answers for part in parts]), torch.cat([part.hints for part in parts])
    )


def pad_id(teacher: Teacher) -> int:
    """Id that fills padded cells; RoBERTa's positions depend on it."""
    return int(teacher.config.pad_token_id or 0)


def teacher_targets(
    teacher: Teacher,
    rows: Encoded,
    hint_layers: Sequence[int],
    work: WorkFolder,
    world: World,
    device: torch.device,
    *,
    arithmetic: str,
    name: str,
    quiet: bool,
) -> Targets:
    """The teacher's view of `rows`; parts found in the work folder are not computed again."""
    order = np.argsort(rows.lengths, kind="stable")
    parts = [
        order[start : start + _ROWS_IN_A_PART] for start in range(0, len(order), _ROWS_IN_A_PART)
    ]
    files = [f"teacher-{name}-{number}.pt" for number in range(len(parts))]
    mine = list(zip(parts, files, strict=True))[world.rank :: world.size]
    total = sum(len(part) for part, _ in mine)
    done = sum(len(part) for part, file in mine if work.has(file))
    teacher = teacher.to(device).eval()
    world.barrier()
    quiet = quiet or done == total
    with progress(f"teacher, {name}", total, "rows", done=done, quiet=quiet) as shown:
        for part, file in mine:
            if not work.has(file):
                work.save_tensors(file, _part(teacher, rows, part, hint_layers, device, arithmetic))
                shown.advance(len(part))
    world.barrier()
    return _collect(rows, parts, [work.load_tensors(file) for file in files], name)


def _part(
    teacher: Teacher,
    rows: Encoded,
    part: npt.NDArray[np.int64],
    hint_layers: Sequence[int],
    device: torch.device,
    arithmetic: str,
) -> dict[str, Tensor]:
    lengths = rows.lengths
    answers, hints = [], []
    for start in range(0, len(part), step := _rows_at_once(int(lengths[part].max()))):
        batch = rows.batch(part[start : start + step], pad_id(teacher)).to(device)
        with torch.inference_mode(), autocast(device, arithmetic):
            answer, states = teacher(
                batch.input_ids, batch.attention_mask, batch.token_type_ids, bool(hint_layers)
            )
        answers.append(answer.float().cpu())
        hints.append(_hints(states, batch, hint_layers))
    return {"answers": torch.cat(answers), "hints": torch.cat(hints)}


def _rows_at_once(longest: int) -> int:
    return max(1, min(_ROWS_IN_A_BATCH, BATCH_TOKENS // longest))


def _hints(states: Sequence[Tensor], batch: Batch, layers: Sequence[int]) -> Tensor:
    if not layers:
        return torch.empty(len(batch.input_ids), 0, 2, 0, dtype=torch.float16)
    views = [summary(states[layer + 1].float(), batch.attention_mask) for layer in layers]
    return torch.stack(views, dim=1).half().cpu()


def summary(states: Tensor, mask: Tensor) -> Tensor:
    """[B,L,H] states to [B,2,H]: the first token's, and the mean over the row's tokens."""
    weight = mask.unsqueeze(-1).to(states.dtype)
    mean = (states * weight).sum(1) / weight.sum(1)
    return torch.stack([states[:, 0], mean], dim=1)


def _collect(
    rows: Encoded,
    parts: Sequence[npt.NDArray[np.int64]],
    found: Sequence[dict[str, Tensor]],
    name: str,
) -> Targets:
    first = found[0]
    answers = torch.empty(len(rows), *first["answers"].shape[1:])
    hints = torch.empty(len(rows), *first["hints"].shape[1:], dtype=torch.float16)
    for part, tensors in zip(parts, found, strict=True):
        answers[torch.from_numpy(part)] = tensors["answers"]
        hints[torch.from_numpy(part)] = tensors["hints"]
    bad = (~answers.isfinite().all(-1)).nonzero()
    if len(bad):
        raise RunError(
            f"the teacher's answer to row {int(bad[0]) + 1} of the {name} data is not finite"
        )
    return Targets(answers, hints)


def infer(
    rows: Encoded, columns: Sequence[int], answer: Callable[[Batch], Tensor], world: World, pad: int
) -> Tensor:
    """Runs `answer` (Batch -> [B, *columns]) over all rows, shared among the processes."""
    result = torch.zeros(len(rows), *columns)
    batches = length_batches(rows.lengths, _ROWS_IN_A_BATCH, BATCH_TOKENS)
    with torch.inference_mode():
        for numbers in batches[world.rank :: world.size]:
            result[torch.from_numpy(numbers)] = answer(rows.batch(numbers, pad)).float().cpu()
    return world.sum(result)
