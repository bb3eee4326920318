import Foundation

/// A site that signs tokens of its own, with PyJWT: what really comes to us, and what forgers send.
public struct TokenSite: Decodable, Sendable {
    public struct Token: Decodable, Sendable {
        public let name: String
        public let token: String
        /// What is to be said of it; nil: who it is.
        public let refusal: String?
        public let who: String?
    }

    /// What belongs into `people.key_file`.
    public let key: String
    public let tokens: [Token]

    /// `people`: each gets a token that is good for an hour. With `forgeries` those that are not to be taken, and some odd ones that are, for
    /// the claim `sub`, the issuer `https://shop.example` and the audience `shop`.
    public static func make(_ algorithm: String, people: [String], forgeries: Bool = false) throws -> TokenSite {
        let task: [String: Any] = ["algorithm": algorithm, "people": people, "forgeries": forgeries]
        // Debian's Python, which its packages belong to, whatever other one comes first in the search path.
        let program = try FinishedProgram.run(
            ["/usr/bin/python3", "-c", script], input: try JSONSerialization.data(withJSONObject: task))
        guard program.exitCode == 0 else {
            throw PeerTrouble(
                saying: "python3-jwt and python3-cryptography are needed, scripts/setup installs them: \(program.errors)")
        }
        return try JSONDecoder().decode(TokenSite.self, from: Data(program.output.utf8))
    }

    public func token(of who: String) throws -> String {
        guard let token = tokens.first(where: { $0.who == who && $0.name == "good" }) else {
            throw PeerTrouble(saying: "\(who) has no token")
        }
        return token.token
    }

    private static let script = #"""
        import base64, hashlib, hmac, json, sys, time
        import jwt
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import ec, rsa

        task = json.load(sys.stdin)
        algorithm, now = task["algorithm"], int(time.time())

        def pair():
            if algorithm == "HS256":
                secret = base64.urlsafe_b64encode(hashlib.sha256(str(time.time_ns()).encode()).digest()).decode()
                return secret, secret
            private = rsa.generate_private_key(65537, 2048) if algorithm == "RS256" else ec.generate_private_key(ec.SECP256R1())
            text = private.public_key().public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
            return private, text

        key, public = pair()
        stranger, _ = pair()
        tokens = []

        def claims(**changes):
            whole = {"iss": "https://shop.example", "aud": "shop", "sub": "somebody", "iat": now, "exp": now + 3600, **changes}
            return {name: value for name, value in whole.items() if value is not ...}

        def add(name, token, refusal=None, who=None):
            tokens.append({"name": name, "token": token, "refusal": refusal, "who": who})

        def made(content, algorithm=algorithm, key=key, headers=None):
            return jwt.encode(content, key, algorithm=algorithm, headers=headers)

        def letters(data):
            return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

        def by_hand(header, payload):
            """Signed rightly, whatever it says."""
            signer = jwt.get_algorithm_by_name(algorithm) if hasattr(jwt, "get_algorithm_by_name") else jwt.PyJWS()._algorithms[algorithm]
            text = letters(header.encode()) + "." + letters(payload.encode())
            return text + "." + letters(signer.sign(text.encode(), signer.prepare_key(key)))

        for who in task["people"]:
            add("good", made(claims(sub=who)), who=who)

        if task["forgeries"]:
            good = made(claims())
            head, body, signature = good.split(".")
            header = json.dumps({"alg": algorithm, "typ": "JWT"})
            # Odd, and right.
            add("a list of audiences", made(claims(aud=["other", "shop"])), who="somebody")
            add("a fraction of a second", made(claims(exp=now + 3600.5)), who="somebody")
            add("a number", made(claims(sub=4711)), who="4711")
            add("just expired, by a clock that is a little late", made(claims(exp=now - 5)), who="somebody")
            add("not quite yet", made(claims(nbf=now + 10)), who="somebody")
            add("another language", made(claims(sub="홍길동")), who="홍길동")
            add("claims of its own, nested", made(claims(roles=[{"a": [1, 2, {"b": None}]}])), who="somebody")
            add("another type", made(claims(), headers={"typ": "at+jwt", "kid": "../../etc/passwd"}), who="somebody")
            add("spaces", by_hand(' { "alg" : "%s" } ' % algorithm, " " + json.dumps(claims(), indent=2) + " "), who="somebody")
            # Not signed, or by another.
            add("alg none", jwt.encode(claims(), None, algorithm="none"), "wrong-signature")
            add("alg none with a signature", letters(b'{"alg":"none","typ":"JWT"}') + "." + body + "." + signature, "wrong-signature")
            add("alg none, signed rightly", by_hand('{"alg":"none"}', json.dumps(claims())), "other-algorithm")
            add("no alg, signed rightly", by_hand('{"typ":"JWT"}', json.dumps(claims())), "other-algorithm")
            add("an extension that must be understood", by_hand('{"alg":"%s","crit":["exp"]}' % algorithm, json.dumps(claims())), "other-algorithm")
            add("another key", made(claims(), key=stranger), "wrong-signature")
            add("other claims", head + "." + letters(json.dumps(claims(sub="admin")).encode()) + "." + signature, "wrong-signature")
            add("no signature", head + "." + body + ".", "wrong-signature")
            add("half a signature", head + "." + body + "." + letters(base64.urlsafe_b64decode(signature + "==")[:16]), "wrong-signature")
            if algorithm != "HS256":
                text = letters(b'{"alg":"HS256","typ":"JWT"}') + "." + letters(json.dumps(claims()).encode())
                mac = hmac.new(public.encode(), text.encode(), hashlib.sha256).digest()
                add("a MAC with the public key for its secret", text + "." + letters(mac), "wrong-signature")
            others = {"HS256": ["HS384", "HS512"], "RS256": ["RS384", "RS512", "PS256"], "ES256": []}
            for other in others[algorithm]:
                add(other, made(claims(), algorithm=other), "wrong-signature")
            if algorithm == "ES256":
                add("two zeros", head + "." + body + "." + letters(bytes(64)), "wrong-signature")
                add("one number too long", head + "." + body + "." + letters(bytes([1]) * 65), "wrong-signature")
            # Not in form.
            add("nothing", "", "malformed")
            add("dots alone", "..", "wrong-signature")
            add("one dot", head + "." + body, "malformed")
            add("three dots", good + ".x", "malformed")
            add("padded", good + "=", "malformed")
            add("a line end", good + "\n", "malformed")
            add("too long", made(claims(sub="x" * 9000)), "too-long")
            add("no object", by_hand(header, '"somebody"'), "malformed")
            add("a list", by_hand(header, "[]"), "malformed")
            add("something behind it", by_hand(header, json.dumps(claims()) + "{}"), "malformed")
            add("a member twice", by_hand(header, json.dumps(claims())[:-1] + ',"sub":"admin"}'), "malformed")
            add("a member twice in its header", by_hand('{"alg":"%s","alg":"none"}' % algorithm, json.dumps(claims())), "malformed")
            add("no UTF-8", by_hand(header, "x").split(".")[0] + ".gICA." + signature, "wrong-signature")
            add("too deep", by_hand(header, '{"a":' * 100 + "1" + "}" * 100), "malformed")
            # Not for here and now.
            add("expired", made(claims(exp=now - 120)), "expired")
            add("without an end", made(claims(exp=...)), "malformed")
            add("an end in words", by_hand(header, json.dumps(claims(exp=str(now + 3600)))), "malformed")
            add("an end that is no number", by_hand(header, json.dumps(claims(exp=None))), "malformed")
            add("not yet", made(claims(nbf=now + 600)), "not-yet")
            add("a beginning in words", by_hand(header, json.dumps(claims(nbf="now"))), "malformed")
            add("another issuer", made(claims(iss="https://shop.example.evil")), "other-issuer")
            add("no issuer", made(claims(iss=...)), "other-issuer")
            add("another audience", made(claims(aud="shop2")), "other-audience")
            add("no audience", made(claims(aud=...)), "other-audience")
            add("no audience in a list", made(claims(aud=[])), "other-audience")
            # Nobody.
            add("nobody", made(claims(sub=...)), "nobody")
            add("an empty name", made(claims(sub="")), "nobody")
            add("a name that is a list", by_hand(header, json.dumps(claims(sub=["somebody"]))), "nobody")
            add("a name that is true", by_hand(header, json.dumps(claims(sub=True))), "nobody")
            add("a name that is a fraction", by_hand(header, json.dumps(claims(sub=1.5))), "nobody")
            add("a number that is not exact", by_hand(header, json.dumps(claims(sub=2**60))), "nobody")
            add("a name too long", made(claims(sub="x" * 257)), "nobody")

        json.dump({"key": public, "tokens": tokens}, sys.stdout)
        """#
}
