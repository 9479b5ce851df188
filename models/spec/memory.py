"""The sentence for a training that does not fit into memory."""


def out_of_memory(batch_size: int, networks: int = 1) -> str:
    """Return what did not fit and what to do: batches of so many images, for one network or several at once."""
    several = networks > 1
    what = f"{networks} networks and batches" if several else "batches"
    fewer = "fewer cases, " if several else ""
    return (
        f"Out of memory: {what} of {batch_size:,} images did not fit. Choose {fewer}a smaller batch size, fewer latent "
        "dimensions or a smaller network."
    )
