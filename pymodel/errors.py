"""The one exception that means the input, not the program, is wrong."""


class InputError(ValueError):
    """Bad input: one sentence that names the file or tensor, what was expected and what was found.

    Commands print it and exit with status 2; anything else that escapes is a defect of the program.
    """
