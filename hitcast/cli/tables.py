"""What commands print: lists and texts that can be read in a terminal of any width and in a pipe."""

from rich.console import Console

from hitcast.core.listing import MIN_BOX_WIDTH, Listing


def show_listing(console: Console, listing: Listing) -> None:
    """Prints a list; in a pipe its lines are whole."""
    console.print(listing, crop=False)


def show_text(console: Console, text: str) -> None:
    """Prints a text as it is: wrapped at the width of a terminal, a line a line in a pipe."""
    is_piped = not console.is_terminal and console.width >= MIN_BOX_WIDTH
    console.print(text, markup=False, highlight=False, soft_wrap=is_piped)


def say(text: str) -> None:
    """Prints a text of the command's own, as `show_text` does."""
    show_text(Console(), text)
