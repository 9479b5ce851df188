"""The commands of an inbox: what is no command is refused, and the next is taken."""

import pytest

from explorer.runs.commands import Inbox, SetWeight, Simple, parse_command
from explorer.runs.layout import (
    send_command,
)


def test_a_folder_in_the_inbox_is_no_command(tmp_path):
    inbox = Inbox(tmp_path)
    (inbox.folder / "0.json").mkdir()
    send_command(tmp_path, "stop")
    assert inbox.take() == [Simple(command="stop")]
    assert inbox.take_urgent() == []


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"[]",
        b"\xff",
        b"[" * 9999,
        b'{"command": "delete"}',
        b'{"command": "weight", "term": "kl"}',
        b'{"command": "weight", "term": "kl", "value": NaN}',
        b'{"command": "weight", "term": "kl", "value": -1}',
        b'{"command": "learning_rate", "value": 2}',
        b'{"command": "stop", "now": 1}',
        b'{"command": "go_on"}',
    ],
    ids=range(12),
)
def test_damaged_commands_are_refused_and_the_next_is_taken(tmp_path, text):
    with pytest.raises(ValueError, match=r"^Not a command for a run: "):
        parse_command(text)
    inbox = Inbox(tmp_path)
    send_command(tmp_path, "weight", term="kl", value=2)
    (inbox.folder / "0.json").write_bytes(text)
    send_command(tmp_path, "stop")
    refused, weight, stop = inbox.take()
    assert isinstance(refused, ValueError)
    assert (weight, stop) == (SetWeight(command="weight", term="kl", value=2), Simple(command="stop"))
    assert list(inbox.folder.iterdir()) == []
