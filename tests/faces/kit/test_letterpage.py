# SPDX-License-Identifier: AGPL-3.0-or-later
"""The letter as a file: shown by any browser, opened by Edgewise, broken by nobody's words."""

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from edgewise.faces.kit.letterpage import FILE_MAX_BYTES, SEALED_MAX_CHARS, extract_sealed, letter_html
from edgewise.faces.kit.words import LANGUAGES
from edgewise.ground.errors import Verdict
from tests.faces.kit import samples
from tests.faces.kit.test_render import golden

BASE64 = st.text(alphabet="ABCxyz019-_", min_size=1, max_size=200)
PRE = b'<pre class="sealed" id="edgewise">'


def test_a_letter_looks_as_it_did() -> None:
    """The visible part of alice's letter to bob; the styles are looked at elsewhere."""
    made = letter_html(replace(samples.letter(), sealed_text="c2VhbGVk", qr_svg="<svg></svg>"), "en")
    head, _, rest = made.partition("<style>")
    assert golden("letter.html", head + rest.partition("</style>")[2])


@given(BASE64, st.text(max_size=300), st.text(max_size=60), st.sampled_from(LANGUAGES))
@example("QQ", '</pre><pre class="sealed" id="edgewise">EVIL</pre>', '<pre id="edgewise">', "en")
def test_what_was_sealed_comes_out_whatever_the_words(sealed: str, words: str, name: str, lang: str) -> None:
    """No words, name, offer or title of the author can stand for the machine part."""
    view = replace(
        samples.letter(),
        words=words,
        from_name=name,
        to_name=name,
        offers=(words,),
        items=((words, words),),
        sealed_text=sealed,
    )
    assert extract_sealed(letter_html(view, lang).encode("utf-8", "replace")) == sealed


@pytest.mark.parametrize(
    "html",
    [
        b"<PRE id=edgewise class=sealed>QUJD</PRE>",
        b"<pre\nclass='sealed' id='edgewise'\n>QU\r\nJD\n </pre >",
        b"\xef\xbb\xbf" + PRE + b"QUJD</pre>\x00\xff",
        b"<pre>code</pre>" + PRE + b"QUJD</pre><pre id=other>x</pre>",
    ],
)
def test_a_file_that_a_browser_or_mail_program_saved_anew_still_opens(html: bytes) -> None:
    """Order and quotes of attributes, capitals and line breaks may change on the way."""
    assert extract_sealed(html) == "QUJD"


@pytest.mark.parametrize(
    "html",
    [
        b"",
        b"<html></html>",
        PRE + b"</pre>",
        PRE + b"QUJD",
        PRE + b"QU=D</pre>",
        PRE + b"QU<b>JD</pre>",
        PRE + "QÜJD".encode() + b"</pre>",
        PRE + b"QUJD</pre>" + PRE + b"QUJD</pre>",
        b"<pre id=edgewise2>QUJD</pre>",
        b"<pre data-id=edgewise>QUJD</pre>",
        "edgewise:1:abc".encode("utf-16"),
    ],
)
def test_another_file_is_said_to_be_no_letter(html: bytes) -> None:
    """None, two or a damaged machine part: nothing is guessed."""
    with pytest.raises(Verdict) as caught:
        extract_sealed(html)
    assert caught.value.code == "letter.not_a_letter"


@given(
    st.binary(max_size=400)
    | st.lists(st.sampled_from([PRE, b"QUJD", b"</pre>", b"<", b"\x00"])).map(b"".join)
)
def test_any_bytes_give_a_text_or_a_verdict(html: bytes) -> None:
    """Foreign bytes raise nothing else."""
    try:
        answer = extract_sealed(html)
    except Verdict as verdict:
        answer = verdict.code
    assert answer.isascii()
    assert "." not in answer or answer in ("letter.not_a_letter", "letter.too_big")


def test_a_file_beyond_the_bounds_is_not_read() -> None:
    """Size is looked at first; the machine part has a bound of its own."""
    for html in (b"x" * (FILE_MAX_BYTES + 1), PRE + b"A" * (SEALED_MAX_CHARS + 1) + b"</pre>"):
        with pytest.raises(Verdict) as caught:
            extract_sealed(html)
        assert caught.value.code == "letter.too_big"


def test_many_beginnings_cost_no_more_than_their_length() -> None:
    """A file made of half-open tags is read once, not once per tag."""
    with pytest.raises(Verdict):
        extract_sealed((b"<pre " * (FILE_MAX_BYTES // 5))[:FILE_MAX_BYTES])
    with pytest.raises(Verdict) as caught:
        extract_sealed((PRE * (FILE_MAX_BYTES // len(PRE)))[:FILE_MAX_BYTES])
    assert caught.value.code == "letter.not_a_letter"


def test_a_letter_fetches_nothing_and_runs_nothing() -> None:
    """No script, no address to load from, and a policy in the file that forbids both."""
    made = letter_html(samples.letter(), "en")
    assert "<script" not in made
    assert "src=" not in made
    assert "url(" not in made
    assert "default-src 'none'" in made
    assert "--paper:#FAF8F2" in made
