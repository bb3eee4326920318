import Address
import Digest
import Testing

@testable import Admission

@Suite struct RandomTokenTests {
    /// Bytes at random, letters at random, good tokens with a piece of another: nothing but the good ones themselves is taken.
    @Test func nothingElseIsTaken() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("RandomTokenTests.nothingElseIsTaken seed \(seed)")
        var random = SeededRandom(seed: seed)
        let scene = try Scene()
        let good = [scene.signedPass(), scene.signedPass(boundTo: scene.address), scene.signedTicket()]
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.".utf8)
        for round in 0..<20_000 {
            var text = good[round % good.count]
            let count = Int.random(in: 0...TokenLimits.bytesMax + 8, using: &random)
            switch round % 4 {
            case 0: text = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            case 1: text = (0..<count).map { _ in letters[Int.random(in: 0..<letters.count, using: &random)] }
            case 2:
                let from = Int.random(in: 0..<text.count, using: &random)
                let to = Int.random(in: from..<text.count, using: &random)
                for at in from...to { text[at] = letters[Int.random(in: 0..<letters.count, using: &random)] }
            default:
                let other = good[Int.random(in: 0..<good.count, using: &random)]
                let cut = Int.random(in: 0...text.count, using: &random)
                text = text[..<cut] + other.suffix(Int.random(in: 0...other.count, using: &random))
            }
            for kind in TokenKind.allCases where scene.refusal(of: text, as: kind) == nil {
                #expect(good.contains(text), "seed \(seed), round \(round)")
            }
        }
    }

    /// Claims at random, rightly signed: what is taken is spelled as it would be signed here.
    @Test func whatIsTakenIsWhatIsSigned() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("RandomTokenTests.whatIsTakenIsWhatIsSigned seed \(seed)")
        var random = SeededRandom(seed: seed)
        let scene = try Scene()
        let good = [try scene.claims(.pass), try scene.claims(.ticket)].map { Array($0.utf8) }
        let bytes = Array(#"{}[]",:\ 0123456789.-+eE_aAzZ"#.utf8) + [0, 10, 13, 127, 255]
        var taken = 0
        for round in 0..<10_000 {
            let kind = TokenKind.allCases[round % 2]
            var claims = good[round % 2]
            for _ in 0...Int.random(in: 0..<2, using: &random) {
                let at = Int.random(in: 0..<claims.count, using: &random)
                let byte = bytes[Int.random(in: 0..<bytes.count, using: &random)]
                switch Int.random(in: 0..<3, using: &random) {
                case 0: claims[at] = byte
                case 1: claims.insert(byte, at: at)
                default: claims.remove(at: at)
                }
            }
            let text = Array(Scene.forge(kind, claims: String(decoding: claims, as: UTF8.self)).utf8)
            switch kind {
            case .pass:
                guard case .valid(let pass) = scene.check(pass: text) else { continue }
                #expect(scene.signedPass(pass) == text, "seed \(seed), round \(round)")
            case .ticket:
                guard case .valid(let ticket) = scene.check(ticket: text) else { continue }
                #expect(scene.signedTicket(ticket) == text, "seed \(seed), round \(round)")
            }
            taken += 1
        }
        // A digit for a digit: some are.
        #expect(taken > 0)
    }

    @Test func passesAtRandomComeBack() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("RandomTokenTests.passesAtRandomComeBack seed \(seed)")
        var random = SeededRandom(seed: seed)
        let scene = try Scene()
        for _ in 0..<2000 {
            let issued = random.next() >> UInt64.random(in: 11...63, using: &random)
            let pass = Pass(
                ticket: TicketID(high: random.next(), low: random.next()), issued: issued,
                lifetimeSeconds: UInt64.random(in: 1...3600, using: &random), sessionStart: random.next() % (issued + 1))
            let address = IPAddress(high: random.next(), low: random.next())
            let isBound = Bool.random(using: &random)
            let text = scene.signedPass(pass, boundTo: isBound ? address : nil)
            #expect(
                scene.check(pass: text, boundTo: isBound ? address : nil, now: pass.issued) == .valid(pass), "seed \(seed)")
        }
    }
}
