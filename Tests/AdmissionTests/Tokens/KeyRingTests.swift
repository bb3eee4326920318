import Testing

@testable import Admission

@Suite struct KeyRingTests {
    static let old = TokenKey(identifier: "old", secret: Scene.secret)
    static let new = TokenKey(identifier: "new", secret: Scene.otherSecret)

    /// The new key on every node, then in front, then alone: nobody loses a place before the last step, and after it only
    /// who holds a token of the old key.
    @Test func aKeyIsRotatedWithoutLosingAPlace() throws {
        let rings = try [[Self.old], [Self.old, Self.new], [Self.new, Self.old], [Self.new]].map { try Scene(keys: $0) }
        for (signer, verifier, isTaken) in [
            (0, 0, true), (0, 1, true), (1, 0, true), (0, 2, true), (1, 2, true), (2, 1, true), (2, 3, true), (3, 2, true),
            (0, 3, false), (1, 3, false), (2, 0, false), (3, 0, false),
        ] {
            for kind in TokenKind.allCases {
                let refusal = rings[verifier].refusal(of: rings[signer].signed(kind), as: kind)
                #expect(refusal == (isTaken ? nil : .unknownHeader), "signed with ring \(signer), shown to ring \(verifier)")
            }
            let bound = rings[signer].signedPass(boundTo: rings[signer].address)
            let verdict = rings[verifier].check(pass: bound, boundTo: rings[verifier].address)
            #expect(verdict == (isTaken ? .valid(rings[signer].pass) : .refused(.unknownHeader)))
        }
    }

    @Test func theFirstSignsAndTheOrderOfTheOthersIsNothing() throws {
        let names = ["a", "b", "c", "d"]
        let keys = names.enumerated().map { TokenKey(identifier: $1, secret: [UInt8](repeating: UInt8($0), count: 32)) }
        let rings = try [keys, keys.reversed(), [keys[2], keys[0], keys[3], keys[1]]].map { try Scene(keys: $0) }
        for (signer, verifier) in [(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)] {
            #expect(rings[verifier].refusal(of: rings[signer].signedPass(), as: .pass) == nil)
        }
        #expect(rings[0].signedPass() != rings[1].signedPass())
    }

    /// The same name with another secret is another key.
    @Test func aNameIsNotASecret() throws {
        let one = try Scene(keys: [TokenKey(identifier: "k", secret: Scene.secret)])
        let other = try Scene(keys: [TokenKey(identifier: "k", secret: Scene.otherSecret)])
        #expect(other.refusal(of: one.signedPass(), as: .pass) == .wrongSignature)
        #expect(other.refusal(of: one.signedTicket(), as: .ticket) == .wrongSignature)
    }

    /// One name begins like another: the header as a whole decides.
    @Test func namesMayBeginAlike() throws {
        let names = ["k", "ka", "kaa", "kaaa", "kaaaa"]
        let keys = names.enumerated().map { TokenKey(identifier: $1, secret: [UInt8](repeating: UInt8($0), count: 32)) }
        let all = try Scene(keys: keys)
        for key in keys {
            #expect(all.refusal(of: try Scene(keys: [key]).signedPass(), as: .pass) == nil, "\(key)")
        }
    }

    @Test func listsAreJudged() throws {
        func fault(_ keys: [TokenKey]) -> KeyRingFault? {
            do throws(KeyRingFault) {
                _ = try KeyRing(keys)
                return nil
            } catch {
                return error
            }
        }
        let many = (1...17).map { TokenKey(identifier: "k\($0)", secret: Scene.secret) }
        #expect(fault([]) == .empty)
        #expect(fault(many) == .tooMany(count: 17))
        #expect(fault(Array(many.dropLast())) == nil)
        #expect(fault([Self.old, Self.new, Self.old]) == .duplicateIdentifier("old"))
        let short = TokenKey(identifier: "short", secret: Array(Scene.secret.dropLast()))
        #expect(fault([Self.old, short]) == .secretTooShort(identifier: "short", bytes: 31))
        for name in ["", "a.b", "a b", "a\"", "é", "a\n", String(repeating: "k", count: 33)] {
            let key = TokenKey(identifier: name, secret: Scene.secret)
            #expect(fault([Self.old, key]) == .badIdentifier(name, place: 2))
        }
        #expect(fault([TokenKey(identifier: String(repeating: "k", count: 32), secret: Scene.secret)]) == nil)
    }

    @Test func faultsNameTheKey() {
        #expect("\(KeyRingFault.secretTooShort(identifier: "2026", bytes: 8))".contains("'2026' has 8 bytes"))
        #expect("\(KeyRingFault.duplicateIdentifier("2026"))".contains("'2026'"))
        #expect("\(KeyRingFault.badIdentifier("a\nb", place: 2))".contains(#"key 2 is called "a\nb""#))
        #expect("\(KeyRingFault.tooMany(count: 17))".contains("16 are the most"))
    }

    @Test func noDescriptionShowsASecret() throws {
        let ring = try KeyRing([Self.old, Self.new])
        var dumped = ""
        dump(ring, to: &dumped)
        dump(Self.old, to: &dumped)
        dump(ring.keys, to: &dumped)
        dumped +=
            "\(ring) \(Self.old) \(String(reflecting: Self.old)) \(String(reflecting: ring)) \(String(reflecting: ring.keys))"
        #expect(dumped.contains("old"))
        // Its first bytes, in any of the ways in which bytes are shown: as text, in decimal, one a line.
        #expect(!dumped.contains("a secret"))
        #expect(!dumped.contains("97, 32"))
        #expect(!dumped.contains("- 97\n"))
        // The state of a MAC is made of numbers alone.
        #expect(!dumped.contains("md_len") && !dumped.contains("SHA256"))
    }
}
