"""Bytes to text and back, exactly: codec, byte order mark and line ends come back as they were."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from dataclasses import dataclass

from codemod.errors import Undecodable
from codemod.records import LINE_END, Edit

#: Byte order marks of encodings that Python source cannot have; UTF-32 first, its mark begins like UTF-16's.
FOREIGN_MARKS = {
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}


@dataclass(frozen=True)
class Decoded:
    """A file's whole text with its own line ends; `text.encode(codec)` gives the file's bytes back."""

    text: str
    codec: str


def decode(data: bytes) -> Decoded:
    """Read bytes as Python does: byte order mark, else PEP 263 coding line, else UTF-8.

    Raises `Undecodable` for UTF-16, null bytes, an unknown or untrue coding line, and for the few codecs (UTF-7,
    ISO-2022) that can spell one text in several ways when these bytes are not the spelling Python would write.
    """
    _refuse_binary(data)
    codec = _codec(data)
    try:
        text = data.decode(codec)
    except UnicodeDecodeError as error:
        line = len(re.findall(rb"\r\n|\r|\n", data[: error.start])) + 1
        raise Undecodable(f"line {line}: byte 0x{data[error.start]:02x} is not {codec}") from error
    except (LookupError, UnicodeError) as error:
        raise Undecodable(f"cannot be read as {codec}: {error}") from error
    if not _round_trips(text, codec, data):
        raise Undecodable(f"would not come back byte for byte as {codec}")
    return Decoded(text, codec)


def newline_of(text: str) -> str:
    r"""The line end most lines have; of equals the one seen first, and '\n' where there is none."""
    ends = LINE_END.findall(text)
    return max(dict.fromkeys(ends), key=ends.count, default="\n")


def splice(text: str, edits: Iterable[Edit]) -> str:
    """The text with edits made that do not overlap; they come in the order of their places."""
    parts, position = [], 0
    for edit in edits:
        parts += [text[position : edit.start], edit.text]
        position = edit.stop
    return "".join([*parts, text[position:]])


def _refuse_binary(data: bytes) -> None:
    for mark, name in FOREIGN_MARKS.items():
        if data.startswith(mark):
            raise Undecodable(f"is {name}, which Python cannot read as source")
    if b"\0" in data:
        raise Undecodable("contains null bytes")


def _codec(data: bytes) -> str:
    """The codec Python would choose; lines are split here because `detect_encoding` does not know a lone CR."""
    lines = re.split(rb"(?<=\n)|(?<=\r)(?!\n)", data, maxsplit=2)[:2]
    if not any(b"coding" in line for line in lines):
        return "utf-8-sig" if data.startswith(codecs.BOM_UTF8) else "utf-8"
    from tokenize import detect_encoding  # 5 ms that few files need

    try:
        return detect_encoding(lambda: lines.pop(0) if lines else b"")[0]
    except SyntaxError as error:
        raise Undecodable(f"has no usable encoding: {error.msg}") from error


def _round_trips(text: str, codec: str, data: bytes) -> bool:
    try:
        return text.encode(codec) == data
    except UnicodeError:
        return False
