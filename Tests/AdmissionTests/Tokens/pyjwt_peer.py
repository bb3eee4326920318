"""PyJWT as the judge of our tokens and as a forger of others. One JSON document in, one out.

    {"do": "verify", "tokens": [...], "secret": HEX, "room": NAME}
        for each token its claims and header as PyJWT reads them, or {"refused": why}
    {"do": "forge", "pass": TOKEN, "ticket": TOKEN, "secret": HEX, "room": NAME, "now": SECONDS}
        a list of {"name", "kind", "token", "taken"}: what the library makes or takes. `taken` says whether a verifier that
        was written without care (all of the family's algorithms, or what the header says) takes it.
"""

import base64
import json
import sys

import jwt

FAMILY = ["HS256", "HS384", "HS512", "none"]


def verify(token, secret, room):
    try:
        claims = jwt.decode(token, secret, algorithms=["HS256"], audience=room, options={"verify_exp": False, "verify_iat": False})
        return {"claims": json.dumps(claims, separators=(",", ":")), "header": jwt.get_unverified_header(token)}
    except jwt.PyJWTError as error:
        return {"refused": type(error).__name__}


def is_taken(token, secret, room, options):
    careless = {"verify_exp": False, "verify_iat": False, "verify_nbf": False, **options}
    try:
        jwt.decode(token, secret, algorithms=FAMILY, audience=room, options=careless)
        return True
    except (jwt.PyJWTError, ValueError):
        return False


def forgeries(task, secret, kind, good):
    """(name, token, options of a careless verifier)"""
    room, now = task["room"], task["now"]
    header = jwt.get_unverified_header(good)
    claims = jwt.decode(good, secret, algorithms=["HS256"], audience=room, options={"verify_exp": False, "verify_iat": False})
    extra = {name: header[name] for name in header if name != "alg"}

    def made(changes=(), algorithm="HS256", headers=None, key=secret):
        content = {name: value for name, value in {**claims, **dict(changes)}.items() if value is not ...}
        return jwt.encode(content, key, algorithm=algorithm, headers=extra if headers is None else headers)

    unsigned = {"verify_signature": False}
    yield "the library's own spelling of the header", made(), {}
    yield "alg none", made(algorithm=None, key=None), unsigned
    yield "alg none with a signature", made(algorithm=None, key=None) + good.rpartition(".")[2], unsigned
    yield "alg none with our header", good.split(".")[0] + "." + made(algorithm=None, key=None).split(".")[1] + ".", unsigned
    for algorithm in ("HS384", "HS512"):
        yield algorithm, made(algorithm=algorithm), {}
    yield "typ JWT", made(headers={**extra, "typ": "JWT"}), {}
    yield "no kid", made(headers={"typ": extra["typ"]}), {}
    yield "another kid", made(headers={**extra, "kid": "k2"}), {}
    yield "one more field in the header", made(headers={**extra, "cty": "JWT"}), {}
    yield "the other kind", made(headers={**extra, "typ": "ticket" if kind == "pass" else "pass"}), {}
    yield "another audience", made({"aud": room + "2"}), {"verify_aud": False}
    yield "a list of audiences", made({"aud": [room]}), {}
    yield "a list with others", made({"aud": ["other", room]}), {}
    yield "no audience", made({"aud": ...}), {"verify_aud": False}
    yield "one more claim", made({"admin": True}), {}
    yield "issued in the future", made({"iat": now + 600, **({"exp": now + 700} if kind == "pass" else {})}), {}
    yield "not yet valid", made({"nbf": now + 600}), {}
    yield "a time with a fraction", made({"iat": now + 0.5}), {}
    yield "a time as text", made({"iat": str(now)}), {}
    yield "expired", made({"exp": now - 1, "iat": now - 2, "sid": now - 2}), {}
    yield "without an end", made({"exp": ...} if kind == "pass" else {"iat": ...}), {}
    # What Python's base64 reads as the same bytes.
    yield "padded", good + "=", {}
    yield "a line end behind it", good + "\n", {}
    yield "bytes behind it that are no letters", good + "!!", {}
    yield "a blank in the signature", good[:-5] + " " + good[-5:], {}
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    last = letters.index(good[-1])
    yield "bits behind the signature", good[:-1] + letters[last ^ 1], {}
    if "-" in good.rpartition(".")[2] or "_" in good.rpartition(".")[2]:
        start, _, signature = good.rpartition(".")
        yield "the other alphabet", start + "." + signature.replace("-", "+").replace("_", "/"), {}
    # The spaces that json.dumps writes, in our own header and signed.
    spaced = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=")
    body = good.split(".")[0].encode() + b"." + spaced
    signature = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(body, secret)
    yield "claims with spaces", (body + b"." + base64.urlsafe_b64encode(signature).rstrip(b"=")).decode(), {}


def main():
    task = json.load(sys.stdin)
    secret = bytes.fromhex(task["secret"])
    if task["do"] == "verify":
        answer = [verify(token, secret, task["room"]) for token in task["tokens"]]
    else:
        answer = [
            {"name": name, "kind": kind, "token": token, "taken": is_taken(token, secret, task["room"], options)}
            for kind in ("pass", "ticket")
            for name, token, options in forgeries(task, secret, kind, task[kind])
        ]
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
