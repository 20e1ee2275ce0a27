from pipeline.plain import plain


def test_what_a_terminal_would_obey_is_shown_as_a_sign() -> None:
    assert plain("\x1b]0;owned\x07\x1b[31mred") == "\ufffd]0;owned\ufffd\ufffd[31mred"
    assert plain("a\r\nb\u2028c\x85d") == "a  b c d"
    assert plain("\u202eback\u200b") == "\ufffdback\ufffd"


def test_all_that_prints_is_left_alone() -> None:
    text = "Ёлка, «да» – 100 % ✓ 𝄞 [red] & <b>"
    assert plain(text) == text
    assert plain("1\u00a0000") == "1 000"
