"""More teachers than one: each student that learns alone may have its own.

Teachers that were fine-tuned with other seeds are wrong about other rows. Students that copy them
differ too, so that their sum makes up for more.
"""

from collections.abc import Sequence
from pathlib import Path

from .errors import InputError
from .recipe import Recipe
from .teacher import Teacher


def other_teachers(folders: Sequence[Path], first: Teacher, recipe: Recipe) -> list[Teacher]:
    """Opens the teachers after the first; `InputError` says which of them cannot teach with it."""
    if not folders:
        return []
    if recipe.members(first.task) < 1 or recipe.boost_epochs:
        raise InputError(
            f"--more-teachers: only students that learn alone can have their own: classifiers, "
            f"--member-weight 1 and --boost-epochs 0; this is {first.task}, "
            f"--member-weight {recipe.member_weight} and --boost-epochs {recipe.boost_epochs}"
        )
    if len(folders) >= recipe.students:
        raise InputError(
            f"--more-teachers: {len(folders)} for {recipe.students} students, the first of which "
            f"has --teacher; at most {recipe.students - 1} can be used"
        )
    return [_like(first, Teacher.load(folder)) for folder in folders]


def _like(first: Teacher, other: Teacher) -> Teacher:
    same = {
        "task": (first.task, other.task),
        "labels": (first.labels, other.labels),
        "tokenizer": (first.tokenizer_json, other.tokenizer_json),
    }
    for what, (wanted, found) in same.items():
        if wanted != found:
            raise InputError(
                f"--more-teachers {other.source}: its {what} is not that of {first.source}"
            )
    if other.max_tokens < first.max_tokens:
        raise InputError(
            f"--more-teachers {other.source}: reads {other.max_tokens} tokens, "
            f"{first.source} reads {first.max_tokens}"
        )
    return other
