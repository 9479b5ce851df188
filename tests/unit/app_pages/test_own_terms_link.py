"""Your own terms in a link, which anyone may have written or cut short."""

import pytest

from explorer.app_pages.setup.own_terms_address import address_of, terms_in


@pytest.mark.parametrize(
    ("link", "kept", "lost"),
    [
        ('[["size", {"formula": "sum(abs(z))"}], ["bad", {"weight": "heavy"}], 3]', ["size"], 2),
        ("[[", [], 1),
        ('{"size": 1}', [], 1),
        ("[" * 9999, [], 1),
        ("", [], 0),
        (address_of([("size", {"formula": "sum(abs(z))"})] * 8), ["size"] * 8, 0),
    ],
    ids=["some", "broken", "no list", "deep", "none", "all"],
)
def test_the_good_terms_of_a_link_are_taken_and_the_others_counted(link, kept, lost):
    terms, unreadable = terms_in(link)
    assert ([name for name, _ in terms], unreadable) == (kept, lost)
