"""What the reader has chosen, kept in the page's address, so that it can be bookmarked and sent on."""

from collections.abc import Iterable, Sequence
from typing import cast

import streamlit as st

from hitcast.core.words import Language

LANGUAGES: tuple[Language, ...] = ("en", "ru")
NAMES = ("lang", "release", "watch", "watched", "horizon", "class", "genre", "label", "from", "to", "search")
_KEPT = "address"


def restore() -> None:
    """Takes over what the address says, and writes back what a change of page has dropped from it."""
    kept = st.session_state.setdefault(_KEPT, {})
    for name in NAMES:
        message = st.query_params.get_all(name)
        if message:
            kept[name] = message
        elif kept.get(name):
            st.query_params[name] = kept[name]


def values(name: str) -> list[str]:
    """What is chosen under a name; empty where nothing is."""
    return list(st.session_state.get(_KEPT, {}).get(name, []))


def value(name: str) -> str:
    """The one value under a name; empty where there is none."""
    return next(iter(values(name)), "")


def put(name: str, chosen: Iterable[object]) -> None:
    """Keeps what is chosen under a name; nothing takes the name out of the address."""
    message = [str(one) for one in chosen]
    st.session_state.setdefault(_KEPT, {})[name] = message
    if message:
        if st.query_params.get_all(name) != message:
            st.query_params[name] = message
    elif name in st.query_params:
        del st.query_params[name]


def start_many(key: str, name: str, options: Sequence[str]) -> None:
    """Gives a widget with many choices what the address says, when it is first drawn on a page."""
    if key not in st.session_state:
        st.session_state[key] = [one for one in values(name) if one in options]


def start_one(key: str, name: str, options: Sequence[object], otherwise: object) -> None:
    """The same for a widget with one choice; `otherwise` where the address names none of the options."""
    message = {str(option): option for option in options}
    if key not in st.session_state or st.session_state[key] not in options:
        st.session_state[key] = message.get(value(name), otherwise)


def language() -> Language:
    """The reader's language, English unless chosen otherwise."""
    message = value("lang")
    return cast(Language, message) if message in LANGUAGES else "en"


def watched(release_id: str) -> bool:
    """Whether a release is on the watchlist."""
    return release_id in values("watch")


def toggle_watch(release_id: str) -> None:
    """Puts a release on the watchlist, or takes it off."""
    on = values("watch")
    put("watch", [one for one in on if one != release_id] if release_id in on else [*on, release_id])
