"""What is said where a training does not fit into memory: one sentence for a run and for a session of the lab."""

from models.spec.memory import out_of_memory


def test_the_sentence_names_what_did_not_fit_and_what_to_do():
    assert out_of_memory(4096) == (
        "Out of memory: batches of 4,096 images did not fit. Choose a smaller batch size, fewer latent dimensions or a "
        "smaller network."
    )
    assert out_of_memory(256, 3) == (
        "Out of memory: 3 networks and batches of 256 images did not fit. Choose fewer cases, a smaller batch size, "
        "fewer latent dimensions or a smaller network."
    )
