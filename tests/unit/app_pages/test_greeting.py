"""The head of every page."""

import re

import pytest

from explorer.app_pages.parts.greeting import GREETINGS
from explorer.components.web import IN_PAGE
from explorer.places import WEB


@pytest.mark.parametrize("name", GREETINGS)
def test_a_page_greets_with_a_title_a_sentence_and_three_hints(name):
    greeting = GREETINGS[name]
    assert 0 < len(greeting.title) <= 20
    sentences = (greeting.sentence, *greeting.hints)
    assert len(greeting.hints) == 3
    assert all(re.fullmatch(r"[A-Z].{10,118}\.", sentence) for sentence in sentences)


def test_scripts_in_the_page_itself_have_nothing_for_which_a_browser_drops_them():
    """Streamlit has them cleaned by DOMPurify, which takes `<` and a letter for markup that hides in a script."""
    assert IN_PAGE == ("address.js", "greeting.js")
    for name in IN_PAGE:
        assert not re.search(r"<[/\w!]", (WEB / name).read_text(encoding="utf-8")), name
