"""The two errors a user of the command line can meet."""


class CohortError(Exception):
    """A failure with a message meant for the user; `exit_code` is what the command returns."""

    exit_code = 1


class InputError(CohortError):
    """Something the user gave is wrong: a file, an option, a teacher, a package."""

    exit_code = 2


class RunError(CohortError):
    """The input was fine, the run failed: training diverged, disk full, self-test missed."""

    exit_code = 1
