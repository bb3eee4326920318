import Digest
import Testing

private func bytes(_ hex: String) -> [UInt8] {
    var text = Substring(hex)
    var bytes: [UInt8] = []
    while let byte = UInt8(text.prefix(2), radix: 16) {
        bytes.append(byte)
        text = text.dropFirst(2)
    }
    return bytes
}

@Suite struct MACKeyTests {
    /// RFC 4231, section 4; case 5 is cut to 128 bits there.
    static let vectors: [(key: [UInt8], message: [UInt8], mac: String)] = [
        (
            [UInt8](repeating: 0x0b, count: 20), Array("Hi There".utf8),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        (
            Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        (
            [UInt8](repeating: 0xaa, count: 20), [UInt8](repeating: 0xdd, count: 50),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
        ),
        (
            Array(1...25), [UInt8](repeating: 0xcd, count: 50),
            "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
        ),
        (
            [UInt8](repeating: 0x0c, count: 20), Array("Test With Truncation".utf8), "a3b6167473100ee06e0c796c2955552b"
        ),
        (
            [UInt8](repeating: 0xaa, count: 131), Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
        (
            [UInt8](repeating: 0xaa, count: 131),
            Array(
                ("This is a test using a larger than block-size key and a larger than block-size data. The key needs to be "
                    + "hashed before being used by the HMAC algorithm.").utf8),
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"
        ),
    ]

    @Test(arguments: 0..<7) func agreesWithRFC4231(index: Int) {
        let vector = Self.vectors[index]
        let mac = MACKey(vector.key).authenticate(vector.message)
        #expect(mac.hex.hasPrefix(vector.mac))
        #expect(mac.array == bytes(mac.hex))
    }

    @Test func noDescriptionShowsIt() {
        var dumped = ""
        dump(MACKey(Array("secret".utf8)), to: &dumped)
        dumped += "\(MACKey(Array("secret".utf8))) \(String(reflecting: MACKey(Array("secret".utf8))))"
        #expect(!dumped.contains("SHA256") && !dumped.contains { $0.isNumber })
    }

    @Test func aKeyIsNotUsedUp() {
        let key = MACKey(Array("secret".utf8))
        let first = key.authenticate([1, 2, 3])
        _ = key.authenticate([UInt8](repeating: 7, count: 1000))
        #expect(key.authenticate([1, 2, 3]) == first)
    }

    @Test func acceptsTheRightMACAndNoOther() {
        let key = MACKey(Array("secret".utf8))
        let message: [UInt8] = Array("room=concert".utf8)
        let mac = key.authenticate(message).array
        #expect(key.accepts(mac, for: message))
        for bit in 0..<256 {
            var wrong = mac
            wrong[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(!key.accepts(wrong, for: message))
        }
        #expect(!key.accepts(Array(mac.dropLast()), for: message))
        #expect(!key.accepts([], for: message))
        #expect(!MACKey(Array("secreT".utf8)).accepts(mac, for: message))
    }
}

@Suite struct SHA256Tests {
    /// FIPS 180-4 examples.
    @Test func agreesWithTheStandard() {
        #expect(SHA256Value(of: []).hex == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(
            SHA256Value(of: Array("abc".utf8)).hex == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        let long = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
        #expect(SHA256Value(of: long).hex == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }
}

@Suite struct ConstantTimeTests {
    @Test func comparesLikeEquality() {
        #expect(constantTimeEqual([UInt8](), []))
        #expect(constantTimeEqual([1, 2], [1, 2]))
        #expect(!constantTimeEqual([1, 2], [1, 3]))
        #expect(!constantTimeEqual([1, 2], [1, 2, 0]))
    }
}

@Suite struct SecureRandomTests {
    @Test func givesAsManyAsAskedForAndNeverTheSame() {
        for count in [0, 1, 16, 255, 256, 257, 10_000] { #expect(SecureRandom.bytes(count).count == count) }
        #expect(SecureRandom.bytes(-1).isEmpty)
        #expect(SecureRandom.bytes(32) != SecureRandom.bytes(32))
        #expect(Set((0..<1000).map { _ in SecureRandom.word() }).count == 1000)
        // Every value of a byte turns up: the chance that one of 256 does not in 10,000 draws is 3e-15.
        #expect(Set(SecureRandom.bytes(10_000)).count == 256)
    }
}

@Suite struct Base64URLTests {
    /// RFC 4648, section 10, without the padding.
    @Test func agreesWithRFC4648() {
        let pairs = [
            ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"),
            ("foobar", "Zm9vYmFy"),
        ]
        for (plain, text) in pairs {
            #expect(Base64URL.encode(Array(plain.utf8)) == text)
            #expect(Base64URL.decode(text) == Array(plain.utf8))
            #expect(Base64URL.encodedCount(plain.utf8.count) == text.utf8.count)
        }
        #expect(Base64URL.encode([0xfb, 0xff, 0xbf]) == "-_-_")
    }

    @Test(
        arguments: [
            "Zg==", "Zg=", "Z", "Zm9vY", "Zh", "Zm9", "+_-_", "-/-_", "Zm9v\n", " Zm9v", "Zm 9v", "Zm\u{e9}v", "Zm9v\0",
        ])
    func refusesOtherSpellings(text: String) { #expect(Base64URL.decode(text) == nil) }

    /// Whatever decodes, encodes to the very same text.
    @Test func hasOneSpelling() {
        var known = 0
        for first in UInt8.min...UInt8.max {
            for second in UInt8.min...UInt8.max {
                let text = [first, second]
                guard let bytes = Base64URL.decode(text.span) else { continue }
                known += 1
                #expect(Base64URL.encode(bytes) == String(decoding: text, as: UTF8.self))
            }
        }
        #expect(known == 256)
    }

    @Test func returnsWhatItWasGiven() {
        for count in 0..<200 {
            let bytes = SecureRandom.bytes(count)
            #expect(Base64URL.decode(Base64URL.encode(bytes)) == bytes)
        }
    }

    /// Every letter at every place of a text of every length, against what the standard says of one letter alone.
    @Test func readsEveryLetterAtEveryPlace() {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        for count in [2, 3, 4, 6, 7, 8, 10, 11, 12, 16, 19, 22, 43] {
            for place in 0..<count {
                for byte in UInt8.min...UInt8.max {
                    var text = [UInt8](repeating: UInt8(ascii: "A"), count: count)
                    text[place] = byte
                    let value = alphabet.firstIndex(of: byte)
                    // Bits of the last letter that stand for nothing have to be zero.
                    let spare = place == count - 1 ? count * 6 % 8 : 0
                    guard let value, value & (1 << spare - 1) == 0 else {
                        if Base64URL.decode(text.span) != nil { Issue.record("\(byte) at \(place) of \(count)") }
                        continue
                    }
                    var expected = [UInt8](repeating: 0, count: count * 6 / 8)
                    for bit in 0..<6 where value >> (5 - bit) & 1 == 1 {
                        expected[(place * 6 + bit) / 8] |= 128 >> UInt8((place * 6 + bit) % 8)
                    }
                    if Base64URL.decode(text.span) != expected { Issue.record("\(byte) at \(place) of \(count)") }
                }
            }
        }
    }

    @Test func decodesIntoMemoryThatIsThere() {
        for count in 0..<100 {
            let bytes = SecureRandom.bytes(count)
            let text = Base64URL.encode(bytes.span)
            for room in [count, count + 1, count + 7, count + 100] {
                var place = [UInt8](repeating: 7, count: room)
                var span = place.mutableSpan
                #expect(Base64URL.decode(text.span, into: &span) == count)
                #expect(Array(place[..<count]) == bytes)
            }
            guard count > 0 else { continue }
            var small = [UInt8](repeating: 7, count: count - 1)
            var span = small.mutableSpan
            #expect(Base64URL.decode(text.span, into: &span) == nil)
            #expect(small == [UInt8](repeating: 7, count: count - 1))
        }
    }

    @Test func encodesBehindWhatIsThere() {
        var text = Array("a=".utf8)
        Base64URL.encode(Array("foobar".utf8).span, into: &text)
        #expect(text == Array("a=Zm9vYmFy".utf8))
    }
}

@Suite struct SHA1NameTests {
    /// FIPS 180-4's examples.
    @Test(arguments: [
        ("", "da39a3ee5e6b4b0d3255bfef95601890afd80709"), ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "84983e441c3bd26ebaae4aa1f95129e5e54670f1"
        ),
    ])
    func namesAreThoseOfTheStandard(_ message: String, _ name: String) {
        #expect(SHA1Name.of(Array(message.utf8)) == name)
    }
}
