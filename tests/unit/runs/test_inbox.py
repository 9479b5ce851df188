"""The commands of an inbox: none is lost, what is no command is refused, and the next is taken."""

import time
from pathlib import Path

import pytest

from explorer.runs import commands
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


@pytest.mark.parametrize(
    "clock", [lambda: 10**18, iter(range(10**18, 0, -1000)).__next__], ids=["stands", "is put back"]
)
def test_no_command_takes_the_place_of_another_whatever_the_clock_does(tmp_path, monkeypatch, clock):
    monkeypatch.setattr(time, "time_ns", clock)
    inbox = Inbox(tmp_path)
    for weight in range(12):
        send_command(tmp_path, "weight", term="kl", value=weight)
    assert [command.value for command in inbox.take()] == list(range(12))  # ty: ignore


UNREADABLE = Path("/proc/self/mem")  # a file whose beginning is refused even to root


def test_a_command_that_cannot_be_read_is_refused_once_and_the_others_are_taken(tmp_path, monkeypatch):
    inbox = Inbox(tmp_path)
    (inbox.folder / "0.json").symlink_to(UNREADABLE)
    send_command(tmp_path, "pause")
    send_command(tmp_path, "stop")
    assert inbox.take_urgent() == [Simple(command="stop")]
    refused, pause = inbox.take()
    assert str(refused) == "The command 0.json cannot be read (Input/output error). Send it again."
    assert pause == Simple(command="pause")
    monkeypatch.setattr(inbox, "next_poll", 0.0)
    assert inbox.take() == []


def test_a_command_that_somebody_deletes_meanwhile_is_none(tmp_path, monkeypatch):
    inbox = Inbox(tmp_path)
    monkeypatch.setattr(inbox, "_waiting", lambda: [inbox.folder / "1-gone.json"])
    assert inbox.take() == []
    assert inbox.take_urgent() == []


def test_a_command_that_cannot_be_deleted_is_taken_once(tmp_path, monkeypatch):
    def refuse(_path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(commands, "remove_file", refuse)
    inbox = Inbox(tmp_path)
    send_command(tmp_path, "pause")
    assert inbox.take() == [Simple(command="pause")]
    inbox.next_poll = 0.0
    assert inbox.take() == []
