"""Names of vendors and catalogues on a terminal, which takes some signs for orders."""


def plain(text: str) -> str:
    """The text in one line, without what moves a cursor, sets a title, or turns the direction of reading.

    Args:
        text: Any; each sign that does not print becomes U+FFFD, each kind of blank a blank.
    """
    return "".join(sign if sign.isprintable() else " " if sign.isspace() else "\ufffd" for sign in text)
