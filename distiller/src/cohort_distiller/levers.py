"""The named recipes that `cohort-distiller experiment` runs: the default, and one lever each.

A recipe is what differs from `recipe.Recipe()`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from .errors import InputError
from .recipe import Recipe


@dataclass(frozen=True)
class Lever:
    """A recipe by its differences; `needs_init` and `needs_texts` name files it wants.

    `baseline` is the recipe that its gain is counted over. Of several `teachers` each is the same
    encoder fine-tuned with another seed, and figures compare with the first.
    """

    about: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    needs_init: bool = True
    needs_texts: bool = False
    baseline: str = "one"
    teachers: int = 1

    def recipe(self, run: Recipe) -> Recipe:
        """The whole recipe for one run, whose name, seed and the like are those of `run`."""
        return replace(run, **self.settings)


#: Layers of a six-layer encoder that four students start from, where a recipe does not say others.
_STARTS = ((0, 5), (1, 4), (2, 5), (0, 3))
#: Other pairs of its layers that one student may start from.
_OTHER_STARTS = ((0, 3), (0, 4), (1, 2), (1, 3), (1, 4), (1, 5), (2, 4), (2, 5), (3, 5))
_OTHER_STARTS_OF_THE_TEACHER = ((2, 10), (3, 11))

#: The settings that the levers below were measured against.
_SHORT: dict[str, Any] = {
    "boost_epochs": 0,
    "epochs": 6,
    "augment": 0,
    "lr": 2e-4,
    "member_weight": 0.0,
}
#: What pays of all levers, for as long as it pays.
_LONG: dict[str, Any] = {"augment": 3, "epochs": 6, "lr": 4e-4}
_ONE: dict[str, Any] = _SHORT | {"students": 1, "init_layers": _STARTS[:1], "epochs": 4}

#: Small runs: what one student alone gains from a lever. The baseline is `one`.
_OF_ONE: dict[str, Lever] = {
    "one": Lever("one student, stage 2 alone, 4 epochs", _ONE),
    "one-embeddings": Lever("trains the embedding table too", _ONE | {"train_embeddings": True}),
    "one-augment": Lever(
        "1 altered copy of each row, 2 epochs", _ONE | {"augment": 1, "epochs": 2}
    ),
    "one-augment-3": Lever(
        "3 altered copies of each row, 1 epoch", _ONE | {"augment": 3, "epochs": 1}
    ),
    "one-soft": Lever("answers of the teacher, no labels", _ONE | {"label_weight": 0.0}),
    "one-fast": Lever("twice the learning rate", _ONE | {"lr": 4e-4}),
    "one-no-dropout": Lever("no dropout", _ONE | {"dropout": 0.0}),
    "one-teacher-layers": Lever(
        "starts from first and last layer of the teacher",
        _ONE | {"init_layers": ((0, 11),)},
        needs_init=False,
    ),
    "one-three-layers": Lever(
        "one student of three layers", _ONE | {"layers": 3, "init_layers": ((0, 2, 5),)}
    ),
    "one-warm": Lever("temperature 4 for the teacher's answers", _ONE | {"temperature": 4.0}),
    "one-cool": Lever("temperature 1 for the teacher's answers", _ONE | {"temperature": 1.0}),
    "one-average": Lever("a moving average of the weights", _ONE | {"average": 0.999}),
    "one-views": Lever("a tenth of the tokens hidden in each step", _ONE | {"views": 0.1}),
    "one-hints": Lever(
        "before, 1 epoch on the teacher's hidden states", _ONE | {"boost_epochs": 1}
    ),
    "one-general": Lever(
        "the same, on other texts too",
        _ONE | {"boost_epochs": 1, "hint_weight": 1.0},
        needs_texts=True,
    ),
    "one-unlabelled": Lever("other texts labelled by the teacher", _ONE, needs_texts=True),
    "one-labels": Lever("labels count four times the teacher", _ONE | {"label_weight": 0.8}),
    "one-long": Lever("12 epochs", _ONE | {"epochs": 12}),
    "one-long-augment": Lever(
        "2 altered copies of each row, 4 epochs", _ONE | {"augment": 2, "epochs": 4}
    ),
    **{
        f"one-from-{first}-{second}": Lever(
            f"starts from layers {first} and {second}", _ONE | {"init_layers": ((first, second),)}
        )
        for first, second in _OTHER_STARTS
    },
    **{
        f"one-from-teacher-{first}-{second}": Lever(
            f"starts from layers {first} and {second} of the teacher",
            _ONE | {"init_layers": ((first, second),)},
            needs_init=False,
        )
        for first, second in _OTHER_STARTS_OF_THE_TEACHER
    },
}

#: As many passes as the default, over more copies.
_COPIES: dict[str, Any] = {"augment": 11, "epochs": 2}

#: Ensembles of four students, long runs.
_OF_FOUR: dict[str, Lever] = {
    "joint-long": Lever(
        "all prefixes of the sum learn, 3 altered copies of each row",
        _LONG | {"init_layers": _STARTS, "member_weight": 0.0},
        baseline="joint-long",
    ),
    "joint-members": Lever(
        "joint-long, each student learns alone", {"init_layers": _STARTS}, baseline="joint-long"
    ),
    "members": Lever("the default: joint-members from better layers", {}, baseline="joint-members"),
    "members-copies": Lever(
        "as many passes, but more copies and fewer epochs",
        _COPIES,
        baseline="members",
    ),
    "members-copies-12": Lever(
        "the same in 12 passes", {"augment": 5, "epochs": 2}, baseline="members-12"
    ),
    "members-copies-12-one-start": Lever(
        "the same, all students start from the same layers",
        {"augment": 5, "epochs": 2, "init_layers": ((1, 5),) * 4},
        baseline="members-copies-12",
    ),
    "one-copies-three-layers": Lever(
        "one student of three layers, as many passes and copies",
        _COPIES | {"students": 1, "layers": 3, "init_layers": ((1, 3, 5),)},
        baseline="members-copies",
    ),
    "members-teachers": Lever(
        "the default, each student learns from its own teacher",
        baseline="members",
        teachers=4,
    ),
    "members-views": Lever(
        "the default, hides other tokens from each student in each step",
        {"views": 0.1},
        baseline="members",
    ),
    "members-texts": Lever(
        "other texts labelled by the teacher, 2 epochs, no copies",
        {"augment": 0, "epochs": 2},
        needs_texts=True,
        baseline="members",
    ),
    "members-texts-3": Lever(
        "the same for 3 epochs",
        {"augment": 0, "epochs": 3},
        needs_texts=True,
        baseline="members-4",
    ),
}

#: The default where it takes too long, cut as `--budget` cuts it: 12 and 4 instead of 24 passes
#: over the rows and their copies.
_CUTS: dict[int, dict[str, Any]] = {
    12: {"augment": 2, "epochs": 4},
    4: {"augment": 0, "epochs": 4},
}

#: Short runs of four students, trained in other ways. The baseline is `members-4`.
_JOINT: dict[str, Any] = _CUTS[4] | {"member_weight": 0.0}
_SHORT_OF_FOUR: dict[str, Lever] = {
    "joint-4": Lever("students learn on every prefix of the sum, none alone", _JOINT),
    "joint-4-diverse": Lever("joint-4, wants contributions to differ", _JOINT | {"diversity": 0.1}),
    "joint-4-self": Lever(
        "joint-4, prefixes learn half from the whole", _JOINT | {"self_weight": 0.5}
    ),
    "joint-4-boosted": Lever(
        "joint-4, before it each student fits what those before it leave, 1 epoch",
        _JOINT | {"boost_epochs": 1},
    ),
    "joint-4-boosted-shrunk": Lever(
        "the same, each fits half of it", _JOINT | {"boost_epochs": 1, "shrinkage": 0.5}
    ),
    "members-4-teachers": Lever("each student learns from its own teacher", _CUTS[4], teachers=4),
    "members-4-views": Lever("hides other tokens from each student", _CUTS[4] | {"views": 0.1}),
    "members-4-one-start": Lever(
        "all students start from the same layers", _CUTS[4] | {"init_layers": ((1, 5),) * 4}
    ),
    "members-4-teacher-layers": Lever(
        "students start from blocks of the teacher's layers, bottom to top",
        _CUTS[4] | {"init_layers": ((0, 2), (3, 5), (6, 8), (9, 11))},
        needs_init=False,
    ),
}

#: One student with the layers of four, spread over those of a teacher that has twelve.
_DEEP: dict[str, Any] = {
    "students": 1,
    "layers": 8,
    "init_layers": ((0, 1, 3, 4, 6, 7, 9, 10),),
}

#: How many passes of one student take the time of one pass of four.
_WORTH = 3.5

#: What the ensemble is compared with: the same processor time, the same parameters.
_RIVALS: dict[str, Lever] = {
    "one-same-time": Lever(
        "one student for the time of four",
        _ONE | _LONG | {"epochs": 21},
        baseline="joint-long",
    ),
    "one-same-time-24": Lever(
        "one student for the time of the default",
        {"students": 1, "epochs": round(_WORTH * 6)},
        baseline="members",
    ),
    "one-same-time-texts-3": Lever(
        "one student for the time of those that learn from other texts too",
        {"students": 1, "augment": 0, "epochs": round(_WORTH * 3)},
        needs_texts=True,
        baseline="members-texts-3",
    ),
    "one-deep-copies": Lever(
        "one student with the layers of four, from the teacher, as many passes and copies",
        _DEEP | _COPIES,
        needs_init=False,
        baseline="members-copies",
    ),
    "one-deep": Lever(
        "one student with the layers of four, from the teacher",
        _DEEP,
        needs_init=False,
        baseline="joint-long",
    ),
}


def _cuts() -> dict[str, Lever]:
    found: dict[str, Lever] = {}
    for passes, cut in _CUTS.items():
        name = f"members-{passes}"
        found[name] = Lever(f"the default in {passes} passes", cut, baseline=name)
        found[f"one-same-time-{passes}"] = Lever(
            "one student for the time of those",
            cut | {"students": 1, "epochs": round(_WORTH * cut["epochs"])},
            baseline=name,
        )
        found[f"one-deep-{passes}"] = Lever(
            "one student with the layers of four, from the teacher, in as many passes",
            _DEEP | cut,
            needs_init=False,
            baseline=name,
        )
    return found


LEVERS: dict[str, Lever] = (
    _OF_ONE
    | _OF_FOUR
    | {name: replace(lever, baseline="members-4") for name, lever in _SHORT_OF_FOUR.items()}
    | _RIVALS
    | _cuts()
)


def lever(name: str) -> Lever:
    """The recipe of that name."""
    if name not in LEVERS:
        raise InputError(f"recipe '{name}': there are {', '.join(LEVERS)}")
    return LEVERS[name]
