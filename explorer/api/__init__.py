"""The server's own answers to the browser, one module each. Every input is checked here, at the edge."""
