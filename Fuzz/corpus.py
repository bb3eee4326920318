#!/usr/bin/env python3
"""Between the corpora of the tests and the fuzzer's files of plain bytes.

    corpus.py seeds TARGET FOLDER     writes the cases of the tests to FOLDER, one file each
    corpus.py case TARGET FILE        prints a found input as a case for the corpus
"""

import base64
import hashlib
import hmac
import pathlib
import re
import sys

TESTS = pathlib.Path(__file__).resolve().parent.parent / "Tests"
CORPUS, GOLDEN = TESTS / "HTTPTests/Corpus", TESTS / "SettingsTests/Golden"
FOLDERS = {"request": "requests", "response": "responses", "chunked": "requests", "proxy": "proxy"}
SINGLE = {"r": b"\r", "n": b"\n", "t": b"\t", "0": b"\0", "\\": b"\\"}


def unescape(text):
    """Tests/HTTPTests/Corpus/README.md has the rules."""
    result, at = b"", 0
    for escape in re.finditer(r"\\(?:x([0-9a-fA-F]{2})|\{(\d+)\*([^}]*)\}|([rnt0\\]))", text):
        hexadecimal, count, repeated, single = escape.groups()
        result += text[at:escape.start()].encode()
        if hexadecimal:
            result += bytes([int(hexadecimal, 16)])
        elif count:
            result += unescape(repeated) * int(count)
        else:
            result += SINGLE[single]
        at = escape.end()
    return result + text[at:].encode()


def cases(file):
    found = []
    for line in file.read_text(encoding="utf-8").split("\n"):
        if line.startswith("== "):
            found.append(b"")
        elif found and (line == ">" or line.startswith("> ")):
            found[-1] += unescape(line[2:]) + b"\r\n"
        elif found and line.startswith("| "):
            found[-1] += unescape(line[2:])
    return found


def tokens():
    """Behind a byte that says which of them it is: whole tokens, claims, and headers with claims."""
    start = '{"aud":"concert","sub":"ASNFZ4mrze_-3LqYdlQyEA",'
    life = '"iat":1789999970,"exp":1790000090,"sid":1789999400'
    good = [
        ("pass", b"\1", start + life + "}"),
        ("pass", b"\1", start + life + ',"net":"uSAdErbRAp4H"}'),
        ("ticket", b"\2", start + '"lane":"general","seq":2199023260263,"iat":1789996400}'),
    ]

    def letters(content):
        return base64.urlsafe_b64encode(content).rstrip(b"=")

    found = []
    for kind, way, claims in good:
        header = '{"alg":"HS256","typ":"%s","kid":"k1"}' % kind
        text = letters(header.encode()) + b"." + letters(claims.encode())
        signature = hmac.new(b"a secret of thirty-two bytes ...", text, hashlib.sha256).digest()
        found += [b"\0" + text + b"." + letters(signature), way + claims.encode(), b"\3" + (header + "\n" + claims).encode()]
    return found


def seeds(target):
    if target == "token":
        return tokens()
    if target == "settings":
        return [file.read_bytes() for file in sorted(GOLDEN.glob("*.toml"))]
    found = [case for file in sorted((CORPUS / FOLDERS[target]).glob("*.http")) for case in cases(file)]
    if target == "chunked":
        # What stands behind the heads that say so.
        whole = [case.partition(b"\r\n\r\n") for case in found]
        found = [body for head, _, body in whole if b"chunked" in head.lower() and body]
    return found


def escape(line):
    special = {13: "\\r", 10: "\\n", 9: "\\t", 0: "\\0", 92: "\\\\"}
    return "".join(special.get(byte) or (chr(byte) if 32 <= byte < 127 else f"\\x{byte:02x}") for byte in line)


def case(target, content):
    """The head of the case is for whoever adds it to complete."""
    if target == "settings":
        return "Copy it to Tests/SettingsTests/Golden/ as NAME.toml, and write NAME.expected beside it."
    if target == "token":
        return f"Claims or headers that are taken belong into Tests/AdmissionTests/Tokens/Forged*.swift: {content!r}"
    if target == "chunked":
        content = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + content
    *lines, rest = content.split(b"\r\n")
    written = [("> " + escape(line)).rstrip() if not line.endswith(b" ") else "> " + escape(line[:-1]) + "\\x20" for line in lines]
    return "\n".join(["== what it shows", "expect: what is right", *written, *(["| " + escape(rest)] if rest else [])])


def main():
    if len(sys.argv) != 4 or sys.argv[1] not in ("seeds", "case") or sys.argv[2] not in (*FOLDERS, "settings", "token"):
        sys.exit(__doc__)
    action, target, path = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
    if action == "case":
        print(case(target, path.read_bytes()))
        return
    found = seeds(target)
    if not found:
        sys.exit(f"fuzz: no seeds for {target} below {TESTS}: has the corpus moved?")
    for number, content in enumerate(found):
        (path / f"{number:04}").write_bytes(content)


if __name__ == "__main__":
    main()
