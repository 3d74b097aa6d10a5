"""Several processes started by `torchrun`: each has the model and a part of each batch."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import torch
from torch import Tensor, distributed, nn

_COLLECTIVE_DEADLINE = timedelta(minutes=30)
"""Longest wait for another process: the first one may be writing a large checkpoint."""


@dataclass(frozen=True)
class World:
    """This process's place among `size` processes; one process alone is rank 0 of 1."""

    rank: int = 0
    size: int = 1

    @property
    def leads(self) -> bool:
        """Rank 0 alone writes files and shows progress."""
        return self.rank == 0

    def barrier(self) -> None:
        """Waits until all processes are here."""
        if self.size > 1:
            distributed.barrier()

    def sum(self, tensor: Tensor) -> Tensor:
        """The sum over all processes, in place."""
        if self.size > 1:
            distributed.all_reduce(tensor)
        return tensor

    def sum_gradients(self, parameters: Iterable[nn.Parameter]) -> None:
        """Replaces each gradient by its sum over all processes, in one message."""
        if self.size == 1:
            return
        trained = [p for p in parameters if p.requires_grad]
        gradients = [torch.zeros_like(p) if p.grad is None else p.grad for p in trained]
        flat = self.sum(torch.cat([gradient.reshape(-1) for gradient in gradients]))
        parts = flat.split([p.numel() for p in trained])
        for parameter, part in zip(trained, parts, strict=True):
            parameter.grad = part.view_as(parameter)


@contextmanager
def join_world(device: torch.device) -> Iterator[World]:
    """Joins the processes that `torchrun` started; alone without it."""
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        yield World()
        return
    backend = "nccl" if device.type == "cuda" else "gloo"
    distributed.init_process_group(backend, timeout=_COLLECTIVE_DEADLINE)
    try:
        yield World(distributed.get_rank(), size)
    finally:
        distributed.destroy_process_group()


def local_device(device: torch.device) -> torch.device:
    """The CUDA device of this process's local rank; the CPU as it is."""
    if device.type != "cuda":
        return device
    return torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))
