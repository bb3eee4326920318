import Testing

@testable import Admission

/// Nothing that differs from a signed token by anything at all is taken.
@Suite struct AlteredTokenTests {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    @Test(arguments: TokenKind.allCases) func noBitMayChange(kind: TokenKind) throws {
        let scene = try Scene()
        for good in [scene.signed(kind)] + (kind == .pass ? [scene.signedPass(boundTo: scene.address)] : []) {
            #expect(scene.refusal(of: good, as: kind) == nil)
            for bit in 0..<(good.count * 8) {
                var wrong = good
                wrong[bit / 8] ^= 1 << UInt8(bit % 8)
                if scene.refusal(of: wrong, as: kind) == nil { Issue.record("bit \(bit) changed, and it is taken") }
            }
        }
    }

    @Test(arguments: TokenKind.allCases) func noByteMayBeMissing(kind: TokenKind) throws {
        let scene = try Scene()
        let good = scene.signed(kind)
        for place in good.indices {
            if scene.refusal(of: Array(good[..<place]), as: kind) == nil { Issue.record("\(place) bytes are taken") }
            if scene.refusal(of: Array(good[(place + 1)...]), as: kind) == nil { Issue.record("taken from \(place) on") }
            var wrong = good
            wrong.remove(at: place)
            if scene.refusal(of: wrong, as: kind) == nil { Issue.record("taken without byte \(place)") }
        }
    }

    @Test(arguments: TokenKind.allCases) func noByteMayBeAdded(kind: TokenKind) throws {
        let scene = try Scene()
        let good = scene.signed(kind)
        for byte in UInt8.min...UInt8.max {
            if scene.refusal(of: good + [byte], as: kind) == nil { Issue.record("\(byte) is taken behind it") }
            if scene.refusal(of: [byte] + good, as: kind) == nil { Issue.record("\(byte) is taken before it") }
        }
        for place in good.indices {
            for byte in Array(" \n\0=.A-+".utf8) {
                var wrong = good
                wrong.insert(byte, at: place)
                if scene.refusal(of: wrong, as: kind) == nil { Issue.record("\(byte) is taken at \(place)") }
            }
        }
    }

    /// The last letter of each part stands for four or two bits that are used; the rest has to be zero.
    @Test(arguments: TokenKind.allCases) func noLetterMayBeAnother(kind: TokenKind) throws {
        let scene = try Scene()
        let good = scene.signed(kind)
        for place in good.indices {
            for letter in Self.alphabet + Array("+/= .%\n".utf8) where letter != good[place] {
                var wrong = good
                wrong[place] = letter
                if scene.refusal(of: wrong, as: kind) == nil { Issue.record("letter \(letter) is taken at \(place)") }
            }
        }
    }

    /// The claims in another spelling of the same bytes, and signed in that spelling.
    @Test(arguments: TokenKind.allCases) func noOtherSpellingIsTakenEvenSigned(kind: TokenKind) throws {
        let scene = try Scene()
        let parts = scene.signed(kind).split(separator: UInt8(ascii: ".")).map { String(decoding: $0, as: UTF8.self) }
        #expect(scene.refusal(of: Forged.sign(parts[0] + "." + parts[1]), as: kind) == nil)
        var tried = 0
        for ending in ["=", "==", "A", "\n", " ", "%3D"] {
            #expect(scene.refusal(of: Forged.sign(parts[0] + "." + parts[1] + ending), as: kind) == .malformed)
        }
        for letter in Self.alphabet {
            let spelled = parts[1].dropLast() + String(decoding: [letter], as: UTF8.self)
            if spelled == parts[1] { continue }
            tried += 1
            #expect(scene.refusal(of: Forged.sign(parts[0] + "." + spelled), as: kind) == .malformed)
        }
        #expect(tried == 63)
        #expect(scene.refusal(of: Forged.sign(parts[0] + "=." + parts[1]), as: kind) == .unknownHeader)
    }

    @Test(arguments: TokenKind.allCases) func aTokenHasThreeParts(kind: TokenKind) throws {
        let scene = try Scene()
        let parts = scene.signed(kind).split(separator: UInt8(ascii: ".")).map { String(decoding: $0, as: UTF8.self) }
        let (header, claims, signature) = (parts[0], parts[1], parts[2])
        for (wrong, refusal) in [
            ("", TokenRefusal.unknownHeader), (".", .unknownHeader), ("..", .unknownHeader), ("...", .unknownHeader),
            (header, .unknownHeader), (header + ".", .malformed), (header + "..", .malformed),
            (header + "." + claims, .malformed), (header + "." + claims + ".", .malformed),
            (header + ".." + signature, .malformed), ("." + claims + "." + signature, .unknownHeader),
            (claims + "." + header + "." + signature, .unknownHeader),
            (header + "." + claims + "." + signature + ".", .malformed),
            (header + "." + claims + "." + signature + "." + signature, .wrongSignature),
            (header + "." + claims + "." + claims + "." + signature, .wrongSignature),
            (header + "." + claims + ".." + signature, .wrongSignature),
            (header + "." + signature, .malformed),
        ] {
            #expect(scene.refusal(of: wrong, as: kind) == refusal, "\(wrong)")
        }
        // Two parts of claims or none, signed as they stand.
        #expect(scene.refusal(of: Forged.sign(header + "." + claims + "."), as: kind) == .malformed)
        #expect(scene.refusal(of: Forged.sign(header + "." + claims + "." + claims), as: kind) == .malformed)
        #expect(scene.refusal(of: Forged.sign(header + "."), as: kind) == .malformed)
        #expect(scene.refusal(of: Forged.sign(header), as: kind) == .malformed)
    }

    @Test(arguments: TokenKind.allCases) func aLongOneIsNotLookedAt(kind: TokenKind) throws {
        let scene = try Scene()
        let good = scene.signed(kind)
        let letters = [UInt8](repeating: UInt8(ascii: "A"), count: TokenLimits.bytesMax + 1 - good.count)
        #expect(scene.refusal(of: good + letters, as: kind) == .tooLong)
        #expect(scene.refusal(of: good + letters.dropLast(), as: kind) != .tooLong)
        #expect(scene.refusal(of: [UInt8](repeating: 0, count: 1 << 20), as: kind) == .tooLong)
        // As long as may be, and signed: more claims than there are.
        let head = Scene.forge(kind, claims: "").split(separator: ".", omittingEmptySubsequences: false)[0]
        let room = TokenLimits.bytesMax - head.utf8.count - 45
        for count in room - 8...room {
            let text = Forged.sign(head + "." + String(repeating: "e", count: count))
            #expect(scene.refusal(of: text, as: kind) == .malformed)
        }
    }

    @Test func aKindIsNotTheOther() throws {
        let scene = try Scene()
        #expect(scene.refusal(of: scene.signedTicket(), as: .pass) == .unknownHeader)
        #expect(scene.refusal(of: scene.signedPass(), as: .ticket) == .unknownHeader)
        // The claims of the one behind the header of the other.
        #expect(scene.refusal(of: Scene.forge(.pass, claims: try scene.claims(.ticket)), as: .pass) == .malformed)
        #expect(scene.refusal(of: Scene.forge(.ticket, claims: try scene.claims(.pass)), as: .ticket) == .malformed)
    }
}
