# SPDX-License-Identifier: AGPL-3.0-or-later
"""The key table: every purpose for which a key or a hash is used, once: one key never has two jobs.

Each hash, signature, MAC, derivation and HPKE info begins with the label's prefix, so that bytes made for one
purpose never pass for another. A test reads the sources and finds every call without a label of this table.
"""

from enum import Enum, unique
from typing import Literal

Use = Literal["hash", "sign", "mac", "kdf", "hpke"]


@unique
class Label(Enum):
    """A purpose: its name in the bytes, how it is used, and with which key."""

    # operations and logs
    OP = ("op", "hash", "none: id of an operation, over its header")
    OP_SIG = ("op-sig", "sign", "log key")
    PAYLOAD = ("payload", "hash", "none: hash of a sealed payload, in the header")
    MSG = ("msg", "kdf", "content or control sub-key of an epoch: key of one operation")
    LOG_OPEN_SIG = ("log-open", "sign", "device key: this log is mine, in this space")
    LOG_CLOSE_SIG = ("log-close", "sign", "device key: this log ends here")

    # identity
    IDENTITY = ("identity", "hash", "none: id of an entry of an identity log; of the first: of the person")
    IDENTITY_SIG = ("identity-sig", "sign", "root key: an entry of the identity log")
    DEVICE_SIG = ("device", "sign", "device key: I belong to this identity")
    DEVICE_ID = ("device-id", "hash", "none: id of a device")
    KEM_ID = ("kem-id", "hash", "none: id of a device's KEM key")
    RECOVERY_COMMIT = ("recovery-commit", "hash", "none: commitment to the recovery key")
    RECOVERY_SIG = ("recovery-sig", "sign", "recovery key: a rotation of the root")
    RECOVERY_NEXT = ("recovery-next", "kdf", "seed of a recovery key: the root and the recovery key after it")

    # epochs
    EPOCH_ID = ("epoch-id", "hash", "none: id of an epoch, over its commitments")
    COMMIT = ("commit", "mac", "each sub-key of an epoch: commitment to it")
    CONTENT = ("content", "kdf", "epoch secret: sub-key for content")
    CONTROL = ("control", "kdf", "epoch secret: sub-key for control operations")
    ACCESS = ("access", "kdf", "epoch secret: sub-key for fetching")
    TAG = ("tag", "kdf", "epoch secret: sub-key for envelope tags")
    ADVANCE = ("advance", "kdf", "epoch secret: secret of the epoch derived from it")
    WRAP = ("wrap", "hpke", "KEM key of a device: an epoch secret for it")
    ENVELOPE_TAG = ("envelope-tag", "mac", "tag sub-key of the parent epoch")
    MERKLE_LEAF = ("merkle-leaf", "hash", "none: leaf of a Merkle tree")
    MERKLE_NODE = ("merkle-node", "hash", "none: inner node of a Merkle tree")

    # meeting
    INVITE_ID = ("invite-id", "hash", "none: id of an invitation, over its secret")
    INVITE_MAC = ("invite-mac", "mac", "secret of an invitation: who asks holds the ticket")
    INVITE_SIG = ("invite-sig", "sign", "device key: a letter")
    INVITE_POLICY = ("invite-policy", "hash", "none: what an acceptance accepts")
    ACCEPT_MAC = ("accept-mac", "mac", "secret of an invitation: who accepts holds the letter")
    ACCEPT_SIG = ("accept-sig", "sign", "device key: an acceptance")
    ACCEPTANCE = ("acceptance", "hash", "none: hash of an acceptance, in its confirmation")
    ACCEPT_SEAL = ("accept-seal", "hpke", "KEM key of the inviter's device: an acceptance as a file")
    CONFIRM_SIG = ("confirm-sig", "sign", "device key: a confirmation")
    CHECKWORDS = ("check-words", "hash", "none: transcript that both screens show as words")
    PAIR_SECRET = ("pair-secret", "kdf", "epoch secret of a pair: secret that two people's computers share")
    PAIR_WRAP = ("pair-wrap", "hpke", "KEM key of the acceptor's device: the pair's epoch secret")

    # conversation of two computers
    CHANNEL = ("channel", "sign", "device key: both ends of this connection")
    SPACE_TAG = ("space-tag", "mac", "pair secret: short name of a space between two")
    DIGEST = ("digest", "hash", "none: what one has of a space")
    END_SIG = ("end-sig", "sign", "device key: the acquaintance is ended")

    # bundles and blobs
    BUNDLE_KEY = ("bundle-key", "hpke", "KEM key of the receiver's device: the key of a bundle")
    BUNDLE_CHUNK = ("bundle-chunk", "kdf", "key of a bundle: its stream of chunks")
    BUNDLE_SIG = ("bundle-sig", "sign", "device key: this bundle comes from me, for that device")
    BUNDLE_ID = ("bundle-id", "hash", "none: id of a bundle, against reading it twice")
    STREAM = ("stream", "kdf", "key of a stream: the key that seals its chunks")
    PIECE = ("piece", "hash", "none: address of a sealed piece of a blob, a leaf of its Merkle tree")
    PIECE_NODE = ("piece-node", "hash", "none: inner node of the Merkle tree over the pieces of a blob")
    PIECE_KEY = ("piece-key", "kdf", "key of a blob: the key that seals its pieces")
    PIECE_NONCE = ("piece-nonce", "kdf", "key of a blob: what binds each piece to this blob")
    BLOB_COMMIT = ("blob-commit", "mac", "key of a blob: commitment to it, in the blob's id")
    BLOB_ID = ("blob-id", "hash", "none: id of a blob, over root, commitment and size")

    # at rest
    DB_KEK = ("db-kek", "kdf", "stretched passphrase or key file: key that seals the database key")
    DB_KEY = ("db-key", "mac", "key that seals the database key: commitment to it")
    CHEST = ("chest", "kdf", "chest key: key that seals one long-term secret")
    CHEST_COMMIT = ("chest-commit", "mac", "key that seals one secret: commitment to it")
    BACKUP = ("backup", "kdf", "stretched words of a safe copy: key of one file")
    BACKUP_COMMIT = ("backup-commit", "mac", "key of a safe copy: commitment to it")
    WEB_TOKEN = ("web-token", "kdf", "secret of a home: tokens of the local page")

    # repeatable derivation
    SEED = ("seed", "kdf", "seed of a simulation or of a vector; never a person's")

    def __init__(self, purpose: str, use: Use, key: str) -> None:
        self.purpose = purpose
        self.use: Use = use
        self.key = key
        self.prefix = f"edgewise/v1/{purpose}\0".encode("ascii")
