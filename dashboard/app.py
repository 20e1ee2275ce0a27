"""The page: `hitcast dashboard`."""

import streamlit as st

from dashboard import performance, release, upcoming
from dashboard.published import published_file, query

st.set_page_config(page_title="hitcast", layout="wide")
if not published_file().exists():
    st.title("hitcast")
    st.info(f"Nothing is published yet at {published_file()}. Run `hitcast run`, then reload this page.")
    st.stop()
page = st.navigation(
    [
        st.Page(upcoming.show, title="Upcoming", url_path="upcoming", default=True),
        st.Page(release.show, title="Release", url_path="release"),
        st.Page(performance.show, title="How good is it", url_path="performance"),
    ]
)
published_at = query("select max(published_at) as moment from publish_info")["moment"].iloc[0]
st.sidebar.caption(f"Published {published_at:%d %b %Y %H:%M} UTC")
page.run()
