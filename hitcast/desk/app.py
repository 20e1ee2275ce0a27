"""The page: `hitcast dashboard`."""

import streamlit as st

from hitcast.desk import address
from hitcast.desk.published import ages, freshness, present, published_file, version
from hitcast.desk.view import count, day, moment, say

STALE_DAYS = 2
STALE_HOURS = 36
PAGES = ("upcoming", "release", "performance", "data")
LANGUAGE_NAMES = {"en": "English", "ru": "Русский"}


def run() -> None:
    """Draws the sidebar, what concerns every page, and the page that the address names."""
    st.set_page_config(page_title="hitcast", layout="wide")
    address.restore()
    _choose_language()
    page = st.navigation(
        [st.Page(f"{name}.py", title=say(f"{name}.name"), url_path=name, default=name == PAGES[0]) for name in PAGES]
    )
    if not published_file().exists():
        st.title("hitcast")
        st.info(say("nothing_published"))
        st.text(str(published_file()))
        return
    seen = version()
    _tell_age()
    page.run()
    if version() != seen:
        # a file took the other's place while the page was drawn: draw it again, of one piece
        st.rerun()


def _choose_language() -> None:
    address.start_one("language", "lang", address.LANGUAGES, "en")
    with st.sidebar:
        chosen = st.segmented_control(
            "Language · Язык", address.LANGUAGES, key="language", format_func=LANGUAGE_NAMES.__getitem__, required=True
        )
    address.put("lang", [] if chosen in (None, "en") else [chosen])


def _tell_age() -> None:
    through, published_at = freshness()
    published = moment(published_at)
    with st.sidebar:
        st.caption(say("published", day=day(through), moment=published))
    days, hours = ages(through, published_at, present())
    if days > STALE_DAYS:
        st.warning(say("stale_data", day=day(through), days=count(days)))
    if hours > STALE_HOURS:
        st.warning(say("stale_publication", moment=published, hours=count(hours)))


if __name__ == "__main__":
    run()
