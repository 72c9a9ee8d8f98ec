# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every bound of the house, with its unit in the name and its reason beside it.

A bound on what others send keeps one peer from filling this computer's memory, disk or time.
"""

from typing import Final

KIB: Final = 1024
MIB: Final = 1024 * KIB

_SECOND_MS: Final = 1000
_MINUTE_MS: Final = 60 * _SECOND_MS
_DAY_MS: Final = 24 * 60 * _MINUTE_MS

# --- operations -----------------------------------------------------------------------------------
OP_BODY_MAX_BYTES: Final = 64 * KIB  # the longest text in four-byte letters (40 kB) with room for its fields
PAYLOAD_OVERHEAD_BYTES: Final = 16 + 16  # salt and authentication tag
PAYLOAD_MAX_BYTES: Final = 72 * KIB + PAYLOAD_OVERHEAD_BYTES  # a full body after padding (at most 12 % more)
HEADER_MAX_BYTES: Final = 2 * KIB  # 216 B and 34 B for each of 16 + 8 references make 1,032 B
PADDING_MIN_BYTES: Final = 256  # a "yes" and a short post look alike
DEPS_MAX: Final = 16  # heads of others that one operation names; reduced, so real ones name few
CHEADS_MAX: Final = 8  # more control heads than this are first merged
SEQ_MAX: Final = 2**63 - 1  # what an INTEGER column of SQLite holds
INSTANT_MAX_MS: Final = 2**53 - 1  # year 287396; exact also where numbers are doubles

# --- runs and frames ------------------------------------------------------------------------------
FRAME_MAX_BYTES: Final = 256 * KIB  # holds three full operations; read into memory at once
RECORD_MAX_BYTES: Final = FRAME_MAX_BYTES  # nothing decoded is larger than the frame that brought it
RUN_OPS_MAX: Final = 256  # keeps the writer busy for about 13 ms, so live messages wait no longer
HEADS_MAX: Final = 4096  # logs of one space in one frame: 4,096 x 43 B = 172 KiB
HAVE_ITEMS_MAX: Final = 4096  # spaces shared with one person: about 8 in life
PARKED_OPS_MAX: Final = 4096  # operations of one peer that wait for what they depend on
AWAITED_MAX: Final = 256  # damaged operations of one space that are asked for at once; the rest next time
PARKED_BYTES_MAX: Final = 8 * MIB  # the same in bytes
SEALED_OPENED_PER_COMMIT_MAX: Final = 256  # operations that a newly arrived secret opens in one transaction
ADDRS_MAX: Final = 4  # addresses that a computer tells of itself; more do not fit a QR code
ADDR_MAX_CHARS: Final = 64  # "[" 39 letters of IPv6 "]:" 5 digits, with room

# --- erasing --------------------------------------------------------------------------------------
ERASE_AT_ONCE_MAX: Final = 20  # items of one author in a day: more is no slip of the pen
ERASE_OLD_MS: Final = 30 * _DAY_MS  # who takes back what is older has time until tomorrow
ERASE_WAIT_MS: Final = _DAY_MS  # long enough that a friend calls: has your computer been stolen?

# --- strangers ------------------------------------------------------------------------------------
STRANGER_FRAMES_MAX: Final = 3  # hello, proof and one of: ask, accept, chain
STRANGER_BYTES_MAX: Final = 28 * KIB  # a whole identity chain of 24 KiB; an acceptance is 1.6 to 3 KiB
STRANGER_SECONDS_MAX: Final = 10  # long enough for a slow line, too short to occupy the door
STRANGERS_MAX: Final = 16  # unknown callers that are listened to at once

# --- identity -------------------------------------------------------------------------------------
CHAIN_ENTRIES_MAX: Final = 64  # a person's devices and names over a decade
CHAIN_ENTRY_MAX_BYTES: Final = 64 * KIB  # a rotation lists all devices, each about 1.3 KiB
DEVICES_MAX: Final = 32  # live and revoked devices of one person
KEM_PUBLIC_BYTES: Final = 1184 + 32  # ML-KEM-768 and X25519 side by side

# --- people's words -------------------------------------------------------------------------------
TEXT_MAX_CHARS: Final = 10_000  # a long letter; five printed pages
NAME_MAX_CHARS: Final = 60  # fits one line of a narrow page
WARNING_MAX_CHARS: Final = 200  # a content warning is a line, not a text
PURPOSE_MAX_CHARS: Final = 200  # what a permission is for, in one line
CIRCLE_PEOPLE_MAX: Final = 500  # people of one circle
CIRCLES_MAX: Final = 100  # circles of one person
DRAFTS_MAX: Final = 200  # unsent texts that are kept

# --- meeting --------------------------------------------------------------------------------------
TICKET_MAX_BYTES: Final = 200  # a QR code that a cheap camera still reads
LETTER_MAX_BYTES: Final = 128 * KIB  # words, certificates and a few chosen items
LETTER_ITEMS_MAX: Final = 16  # items that an inviter puts in
LETTER_DEFAULT_MS: Final = 14 * _DAY_MS  # two weeks to read the post
LETTER_MAX_MS: Final = 90 * _DAY_MS  # a letter that lies about longer is rather written again
GRANT_DEFAULT_MS: Final = 365 * _DAY_MS  # permissions are asked for again once a year
GRANT_MAX_MS: Final = 10 * 365 * _DAY_MS  # no permission for ever
GRANT_VERBS_MAX: Final = 8  # more verbs than exist
GIFTS_MAX: Final = 1024  # earlier secrets that come with one permission; 200 B each
RESHARE_DEPTH_MAX: Final = 3  # nobody follows a longer chain of permissions in their head
OPEN_LETTERS_MAX: Final = 50  # letters under way at once

# --- time -----------------------------------------------------------------------------------------
CLOCK_AHEAD_MS_MAX: Final = 5 * _MINUTE_MS  # a claimed time counts at most this far past the arrival
HOLD_MS_DEFAULT: Final = 8 * _SECOND_MS  # time to think twice before a post leaves
HOLD_MS_MAX: Final = 60 * _SECOND_MS  # longer is what drafts are for
PING_EVERY_MS: Final = 5 * _SECOND_MS  # silence after which a connection is tried
PEER_DEAD_MS: Final = 10 * _SECOND_MS  # silence after which it counts as lost
RECEIPT_WAIT_MS: Final = 30 * _DAY_MS  # an unanswered request to erase is then shown as unanswered

# --- files ----------------------------------------------------------------------------------------
STREAM_CHUNK_BYTES: Final = 64 * KIB  # plaintext of one sealed chunk; one chunk is held in memory
BUNDLE_MAX_BYTES: Final = 64 * MIB  # what a mail or a chat program still takes, and one read in seconds
BUNDLE_FRAMES_MAX: Final = 65_536  # empty frames would otherwise cost time without bytes
TOKEN_MAX_BYTES: Final = 512 * KIB  # text that is pasted: a letter in base64 is a third longer than its bytes

# --- pictures and files ---------------------------------------------------------------------------
FILE_MAX_BYTES: Final = 2 * 1024 * MIB  # a film of an evening; 16,384 pieces
PIECE_SMALL_BYTES: Final = (
    64 * KIB
)  # a piece of a picture: a phone's picture is full of them, a thumbnail is one
PIECE_LARGE_BYTES: Final = 128 * KIB  # with its proof it fits one frame (0007)
PIECE_SMALL_BELOW_BYTES: Final = MIB  # from here on pieces are large
BLOB_PADDING_MIN_BYTES: Final = 4096  # small pictures look alike
PIECES_MAX: Final = FILE_MAX_BYTES // PIECE_LARGE_BYTES  # padding adds none: 2 GiB is its own size class
PROOF_MAX: Final = 14  # log2 of PIECES_MAX: what proves one piece
ATTACHMENTS_MAX: Final = 20  # a page of pictures
FILE_NAME_MAX_CHARS: Final = 200  # what every file system takes
ALT_MAX_CHARS: Final = 2_000  # a picture told in a paragraph or two
MIME_MAX_CHARS: Final = 100  # RFC 6838 allows 127 for each half; real ones take 75
PIXELS_MAX: Final = 100_000  # a side of a picture
DURATION_MS_MAX: Final = _DAY_MS  # of a voice note or a film
PICTURE_COMES_BYTES: Final = 10 * MIB  # a picture up to this size comes by itself
VOICE_COMES_BYTES: Final = 2 * MIB  # a voice note up to this size comes by itself: some ten minutes
DISK_LEFT_MIN_BYTES: Final = 256 * MIB  # nothing is fetched that would leave less: texts must always fit
UNNAMED_MS_MAX: Final = _DAY_MS  # what was kept and named by nothing is let go after this time

# --- safe copies ----------------------------------------------------------------------------------
COPY_PART_MAX_BYTES: Final = MIB  # one part of a copy: rows of a table, or a piece of a file
COPY_ROWS_BYTES: Final = 128 * KIB  # rows are gathered up to this size, so that few parts hold many
COPY_MAX_BYTES: Final = 1024 * 1024 * MIB  # 1 TiB: more than the disks of people's computers
COPY_NAME_MAX_CHARS: Final = 200  # the name of a table, a secret or a file in a copy
COPY_WORDS_MAX_CHARS: Final = 400  # twelve words with spaces, and slips of the pen
COPY_FIRST_MS: Final = 3 * _DAY_MS  # asked for first when there is something to lose
COPY_AGAIN_MS: Final = 90 * _DAY_MS  # an older copy lacks a season

# --- the local page -------------------------------------------------------------------------------
FORM_MAX_BYTES: Final = 256 * KIB  # a longest text in percent encoding (four bytes, three letters each)
UPLOAD_MAX_BYTES: Final = BUNDLE_MAX_BYTES  # the largest file that a person can bring

# --- passphrase -----------------------------------------------------------------------------------
PASSPHRASE_MIN_CHARS: Final = 8  # shorter ones are guessed in spite of the stretching
PASSPHRASE_MAX_CHARS: Final = 1024  # normalising and hashing stay instant
STRETCH_MEMORY_KIB_MIN: Final = 64 * KIB  # 64 MiB: never less for a person's own database
STRETCH_MEMORY_KIB_MAX: Final = 1024 * KIB  # 1 GiB: what a foreign file may make this computer spend
STRETCH_ITERATIONS_MAX: Final = 16  # seconds, not minutes
STRETCH_LANES_MAX: Final = 4  # threads of one stretching
