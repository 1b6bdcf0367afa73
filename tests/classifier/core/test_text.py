from classifier.core.text import plain


def test_names_of_strangers_do_not_reach_the_terminal_as_they_are():
    assert plain("\x1b[2Jbell\r") == "\\x1b[2Jbell\\r"
    assert len(plain("a" * 10_000)) < 250
