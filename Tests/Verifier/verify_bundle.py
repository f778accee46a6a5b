"""Verifies bundles of `sirdar journal export`, written from the format's description alone: a second opinion.

    verify_bundle.py BUNDLE...    each with BUNDLE.key beside it, and BUNDLE.since where a checkpoint was kept

Prints a line for each: `ok first last checkpoints erased uncovered`, or `refused`.
"""
import base64, hashlib, re, sys
from pathlib import Path
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def refuse_unless(condition):
    if not condition:
        raise ValueError


def unbase64(text):
    data = base64.b64decode(text, validate=True)
    refuse_unless(base64.b64encode(data) == text)
    return data


def node(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """The roots of the whole subtrees of a tree that grows at its right."""

    def __init__(self):
        self.size, self.peaks = 0, []

    def add(self, subtree, leaves=1):
        refuse_unless(self.size % leaves == 0)
        self.size += leaves
        while self.peaks and self.peaks[-1][0] == leaves:
            subtree, leaves = node(self.peaks.pop()[1], subtree), leaves * 2
        self.peaks.append((leaves, subtree))

    def root(self):
        root = self.peaks[-1][1] if self.peaks else hashlib.sha256(b"").digest()
        for _, left in reversed(self.peaks[:-1]):
            root = node(left, root)
        return root

    def add_cover(self, hashes, end):
        while self.size < end:
            room = 1 << ((end - self.size).bit_length() - 1)
            self.add(unbase64(hashes.pop(0)), min(room, self.size & -self.size) if self.size else room)


def checkpoint(note, vkey):
    name, number, key = vkey.split(b"+", 2)
    key = unbase64(key)
    refuse_unless(key[0] == 1 and hashlib.sha256(name + b"\n" + key).digest()[:4].hex().encode() == number)
    refuse_unless(note.endswith(b"\n") and min(note.replace(b"\n", b" ")) >= 0x20 and note.decode())
    text, signatures = note[:-1].rsplit(b"\n\n", 1)
    lines = [re.fullmatch("\u2014 ([^ +]+) ([^ ]+)".encode(), line).groups() for line in signatures.split(b"\n")]
    own = [s for n, s in ((n, unbase64(s)) for n, s in lines) if n == name and s[:4].hex().encode() == number]
    refuse_unless(own)
    for signature in own:
        Ed25519PublicKey.from_public_bytes(key[1:]).verify(signature[4:], text + b"\n")
    origin, size, root = text.split(b"\n")
    refuse_unless(origin == name and re.fullmatch(b"0|[1-9][0-9]*", size))
    return int(size), unbase64(root)


def verify(bundle, vkey, since=None):
    refuse_unless(bundle.endswith(b"\n"))
    header, key, extent, *lines = bundle[:-1].split(b"\n")
    refuse_unless(header == b"sirdar.journal-bundle@v1" and key == b"key " + vkey)
    first, last, size = map(int, re.fullmatch(b"entries ([1-9]\\d*) ([1-9]\\d*) ([1-9]\\d*)", extent).groups())
    refuse_unless(first <= last)
    kept, agreed = checkpoint(since, vkey) if since else None, False
    before, after, note = [l[1:] for l in lines if l[:1] == b"<"], [l[1:] for l in lines if l[:1] == b">"], b""
    refuse_unless(re.fullmatch(b"<*[{+|]*>*[|]*", b"".join(l[:1] or b"?" for l in lines)))
    tree, commitment, reached, checkpoints, erased, begun = Tree(), None, 0, 0, 0, False
    tree.add_cover(before, first - 1)
    for line in lines + [b"end"]:
        if note and line[:1] != b"|":
            of, root = checkpoint(note, vkey)
            refuse_unless(of == tree.size > reached and root == tree.root())
            reached, checkpoints, note = of, checkpoints + 1, b""
        if kept and kept[0] == tree.size:
            refuse_unless(kept[1] == tree.root())
            agreed = True
        if line[:1] == b"{":
            erased, begun = erased + (commitment is not None), True
            tree.add(hashlib.sha256(b"\x00" + line).digest())
            found = re.match(rb'\{(?:"[a-b]\w*":(?:"(?:[^"\\]|\\.)*"|\{[^}]*\}),)*"channel":"\w+","commitment":"(\w+)"', line)
            commitment = found and found.group(1)
        elif line[:1] == b"+":
            nonce, body = bytes.fromhex(line[1:33].decode()), line[34:]
            refuse_unless(line[33:34] == b" " and nonce.hex().encode() == line[1:33] and body and commitment)
            refuse_unless(hashlib.sha256(nonce + body).hexdigest().encode() == commitment)
            commitment = None
        elif line[:1] == b"|":
            erased, commitment, note = erased + (commitment is not None), None, note + line[1:] + b"\n"
        elif line[:1] == b">" and after:
            refuse_unless(tree.size == last)
            tree.add_cover(after, size)
    refuse_unless(begun and tree.size == max(last, size) and reached == size >= first and not before and not after)
    refuse_unless(not kept or agreed)
    return first, min(last, size), checkpoints, erased + (commitment is not None), max(0, last - size)


if __name__ == "__main__":
    for path in map(Path, sys.argv[1:]):
        beside = [Path(f"{path}.{kind}") for kind in ("key", "since")]
        try:
            print("ok", *verify(path.read_bytes(), *[p.read_bytes() for p in beside if p.exists()]))
        except (ValueError, InvalidSignature, AttributeError, IndexError):
            print("refused")
