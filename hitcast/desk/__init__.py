"""The page: a Streamlit app over the published file."""
