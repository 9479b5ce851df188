"""What a widget says goes into the address when somebody chose it, and only then."""

from streamlit.testing.v1 import AppTest


def box() -> None:
    import streamlit as st

    from explorer.app_pages.parts import address

    address.begin_run("a page")
    address.open_part("part", ["size"])
    begin = min(int(address.value("size", "1")), 5)  # the largest that can be shown
    said = st.number_input("size", 1, 5, begin, key=address.key("size"))
    st.text(address.take("size", str(said), str(begin), "1"))
    address.end_run()


def test_what_a_widget_begins_with_is_not_put_and_what_is_chosen_is():
    page = AppTest.from_function(box)
    page.query_params["size"] = "7"
    page.run()
    assert (page.text[0].value, page.query_params["size"]) == ("5", "7")
    for chosen in (3, 4, 3):
        page.number_input[0].set_value(chosen).run()
        assert (page.text[0].value, page.query_params["size"]) == (str(chosen), str(chosen))
    page.number_input[0].set_value(1).run()
    assert (page.text[0].value, "size" in page.query_params) == ("1", False)
