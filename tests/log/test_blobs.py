# SPDX-License-Identifier: AGPL-3.0-or-later
"""References and attachments: what is well-formed, and what is refused with the record that holds it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from edgewise.ground import canon
from edgewise.ground.errors import Verdict
from edgewise.ground.limits import MIB
from edgewise.log.blobs import (
    Attachment,
    BlobRef,
    check_attachments,
    check_ref,
    is_plain_name,
    make_ref,
    packed,
    unpacked,
)

REF = make_ref(b"r" * 32, b"k" * 32, 1234)
PICTURE = Attachment(REF, "picture", "image/jpeg", "garden.jpg", "A garden.\nWith beans.", 640, 480)


def test_an_attachment_survives_its_encoding() -> None:
    """PIECE-7, PIECE-8: what is well-formed is read as it was written."""
    check_attachments((PICTURE,))
    assert canon.decode(Attachment, canon.encode(PICTURE)) == PICTURE
    assert unpacked(packed((PICTURE,))) == (PICTURE,)
    assert unpacked(packed(())) == ()


@pytest.mark.parametrize("field", ["blob", "key", "root", "size_bytes"])
def test_a_reference_fits_or_is_refused(field: str) -> None:
    """PIECE-6: the id of a blob fits to key, root and size, or the reference is none."""
    wrong = replace(REF, **{field: 1235 if field == "size_bytes" else b"x" * 32})
    check_ref(REF)
    with pytest.raises(Verdict, match=r"op\.bad_body"):
        check_ref(wrong)


@pytest.mark.parametrize(
    "name", ["a/b", "a\\b", ".", "..", "x\n", "x\0", "evil\u202egpj.exe", "x\u2028y", "\x7f", "a\u200bb"]
)
def test_a_name_leads_nowhere(name: str) -> None:
    """PIECE-7: separators, control and turning characters are refused, whatever a person's screen shows."""
    assert not is_plain_name(name)
    with pytest.raises(Verdict, match=r"op\.bad_body"):
        check_attachments((replace(PICTURE, name=name),))


@pytest.mark.parametrize(
    "name", ["", "garden.jpg", "Grüße aus Zürich (2).tar.gz", "…", "صورة.png", ".hidden"]
)
def test_names_of_people_pass(name: str) -> None:
    """PIECE-7: what people call their files is taken as it is."""
    assert is_plain_name(name)


@pytest.mark.parametrize("mime", ["image", "/x", "image/", "a/b/c"])
def test_a_media_type_has_two_halves(mime: str) -> None:
    """PIECE-8: type, slash, subtype."""
    with pytest.raises(Verdict, match=r"op\.bad_body"):
        check_attachments((replace(PICTURE, mime=mime),))


def test_the_same_blob_stands_once() -> None:
    """PIECE-8: no blob twice in one record; no control characters in a description."""
    with pytest.raises(Verdict, match=r"op\.bad_body"):
        check_attachments((PICTURE, replace(PICTURE, name="again.jpg")))
    with pytest.raises(Verdict, match=r"op\.bad_body"):
        check_attachments((replace(PICTURE, alt="a\x1b[2J"),))


@pytest.mark.parametrize(
    ("kind", "size_bytes", "comes"),
    [
        ("picture", 10 * MIB, True),
        ("picture", 10 * MIB + 1, False),
        ("voice", 2 * MIB, True),
        ("voice", 2 * MIB + 1, False),
        ("file", 0, False),
    ],
)
def test_what_comes_by_itself(kind: str, size_bytes: int, comes: bool) -> None:
    """PIECE-10: pictures to 10 MiB and voice notes to 2 MiB come unasked, files never."""
    ref = make_ref(b"r" * 32, b"k" * 32, size_bytes)
    each = Attachment(ref, kind, "image/png", "", "")  # type: ignore[arg-type]  # one of the three, from above
    assert each.comes is comes


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    """Whatever bytes claim to be a reference or an attachment: a record, or a Verdict."""
    for kind in (BlobRef, Attachment):
        try:
            found = canon.decode(kind, data)
        except Verdict:
            continue
        assert canon.encode(found) == data
