"""Pure functions from data to what is drawn. No Streamlit, no Keras."""
