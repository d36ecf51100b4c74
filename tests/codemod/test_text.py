"""Bytes to text and back: what is read as Python reads it, and what is refused with a reason."""

from __future__ import annotations

import ast
import sysconfig
from pathlib import Path

import pytest

from codemod.errors import Undecodable, printable
from codemod.files.text import decode, newline_of

READ = {
    "plain": (b"x = 1\n", "utf-8"),
    "empty": (b"", "utf-8"),
    "utf-8": ("é = 'π'\n".encode(), "utf-8"),
    "byte order mark": (b"\xef\xbb\xbfx = 1\n", "utf-8-sig"),
    "byte order mark and coding line": (b"\xef\xbb\xbf# coding: utf-8\n", "utf-8-sig"),
    "only a byte order mark": (b"\xef\xbb\xbf", "utf-8-sig"),
    "latin-1": (b"# -*- coding: latin-1 -*-\nx = '\xe9'\n", "iso-8859-1"),
    "coding on the second line": (b"#!/usr/bin/env python\n# vim: set fileencoding=cp1252 :\n'\x80'\n", "cp1252"),
    "coding after CRLF": (b"#!python\r\n# coding: cp1252\r\n'\x80'\r\n", "cp1252"),
    "coding after a lone CR": (b"#!python\r# coding: cp1252\r'\x80'\r", "cp1252"),
    "emacs line end suffix": (b"# -*- coding: latin-1-unix -*-\n'\xe9'\n", "iso-8859-1"),
    "shift-jis": ("# coding: shift_jis\n'日本'\n".encode("shift_jis"), "shift_jis"),
    "a coding line too late to count": (b"x = 1\ny = 2\n# coding: latin-1\n", "utf-8"),
    "a coding word that is code": (b"coding = 'latin-1'\n", "utf-8"),
    "CRLF": (b"a\r\nb\r\n", "utf-8"),
    "CR": (b"a\rb\r", "utf-8"),
    "mixed line ends": (b"a\r\nb\rc\n\r\r\n\n", "utf-8"),
    "no final newline": (b"a\nb", "utf-8"),
    "form feed and other breaks": ("a\f\nb\v\x1c\x85\u2028c".encode(), "utf-8"),
}

REFUSED = {
    "not utf-8": (b"x = 1\ny = '\xe9'\n", r"line 2: byte 0xe9 is not utf-8"),
    "not utf-8 on line 1": (b"'\xe9'\n", "line 1: byte 0xe9 is not utf-8"),
    "an untrue line above a coding line": (b"'\xe9'\n# coding: utf-8\n", "encoding"),
    "utf-16 little": ("x = 1\n".encode("utf-16"), "is UTF-16"),
    "utf-16 big": (b"\xfe\xff" + "x".encode("utf-16-be"), "is UTF-16"),
    "utf-32": (b"\xff\xfe\0\0" + "x".encode("utf-32-le"), "is UTF-32"),
    "null byte": (b"x = 1\n\0", "null bytes"),
    "utf-16 without mark": ("x = 1\n".encode("utf-16-le"), "null bytes"),
    "unknown codec": (b"# coding: klingon\n", "klingon"),
    "not a text codec": (b"# coding: rot13\nx\n", "rot13"),
    "binary codec": (b"# coding: base64\nx\n", "base64"),
    "mark against coding line": (b"\xef\xbb\xbf# coding: latin-1\n", "encoding"),
    "untrue coding line": (b"# coding: ascii\nx\n'\xe9'\n", "line 3: byte 0xe9 is not ascii"),
    "several spellings": (b"# coding: utf-7\n'+AGE-'\n", "byte for byte"),
    "undefined byte": (b"# coding: cp1252\n'\x81'\n", "line 2: byte 0x81 is not cp1252"),
}


@pytest.mark.parametrize("name", READ)
def test_bytes_come_back_as_they_were(name: str) -> None:
    data, codec = READ[name]
    decoded = decode(data)
    assert decoded.codec == codec
    assert decoded.text.encode(codec) == data
    assert not decoded.text.startswith("\ufeff")


@pytest.mark.parametrize("name", REFUSED)
def test_what_python_would_not_read_is_refused_with_the_reason(name: str) -> None:
    data, reason = REFUSED[name]
    with pytest.raises(Undecodable, match=reason) as caught:
        decode(data)
    assert caught.value.reason == str(caught.value)
    assert "\n" not in caught.value.reason


def test_the_standard_library_comes_back_byte_for_byte() -> None:
    """And whatever of it is refused, Python refuses too."""
    library = Path(sysconfig.get_path("stdlib"))
    files = [path for folder in ("", "encodings", "idlelib", "test") for path in (library / folder).glob("*cod*.py")]
    read = 0
    for path in files:
        data = path.read_bytes()
        try:
            decoded = decode(data)
        except Undecodable:
            with pytest.raises((SyntaxError, ValueError)):
                ast.parse(data)
        else:
            read += decoded.text.encode(decoded.codec) == data
    assert read > 0.7 * len(files)


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("", "\n"), ("a", "\n"), ("a\nb\n", "\n"), ("a\r\nb\r\n", "\r\n"), ("a\rb\r", "\r"),
        ("a\r\nb\r\nc\n", "\r\n"), ("a\nb\nc\r\n", "\n"), ("a\r\nb\n", "\r\n"), ("a\x0c\x0b\x1cb\n", "\n"),
    ],
)  # fmt: skip
def test_the_line_end_most_lines_have(text: str, end: str) -> None:
    assert newline_of(text) == end


@pytest.mark.parametrize(
    ("name", "shown"),
    [("a.py", "a.py"), ("é π.py", "é π.py"), ("a\nb", "a\\nb"), ("caf\udce9", "caf\\xe9"), ("\x1b[31m", "\\x1b[31m")],
)
def test_a_name_is_one_printable_line(name: str, shown: str) -> None:
    assert printable(name) == shown
