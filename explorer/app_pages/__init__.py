"""The pages: straight scripts, one a page. What they compute lives in modules without Streamlit."""
