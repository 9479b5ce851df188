"""One VAE objective, wired in five ways into Keras: a file a way, and what measures them."""
