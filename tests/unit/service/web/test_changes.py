"""What changed between two versions of a text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from service.web.changes import Piece, between


def test_words_that_stayed_went_and_came() -> None:
    """What went stands before what came in its place."""
    assert list(between("It crashes daily.", "It runs daily.")) == [
        Piece("same", "It "),
        Piece("removed", "crashes "),
        Piece("added", "runs "),
        Piece("same", "daily."),
    ]
    assert [piece.text for piece in between("全然動かない", "全然動くよ")] == ["全然動", "かない", "くよ"]


def test_another_text_is_not_patched_together_with_the_old_one() -> None:
    """What shares hardly a word stands one after the other."""
    pieces = between("It never starts on my machine.", "Great support, all is well, thank you on behalf of us")
    assert [piece.kind for piece in pieces] == ["removed", "added"]


@given(st.text(alphabet="ab \n.é動"), st.text(alphabet="ab \n.é動"))
def test_both_texts_can_be_put_together_again(before: str, after: str) -> None:
    """Nothing is lost or invented."""
    pieces = between(before, after)
    assert "".join(piece.text for piece in pieces if piece.kind != "added") == before
    assert "".join(piece.text for piece in pieces if piece.kind != "removed") == after


def test_very_long_texts_stand_one_after_the_other() -> None:
    """Comparing them word by word would take too long."""
    assert [piece.kind for piece in between("a " * 4000, "b")] == ["removed", "added"]
