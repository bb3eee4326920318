import Address
import Bytes
import HTTP
import Testing

/// A small generator with a seed that can be given again (SplitMix64).
struct SeededNumbers: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}

/// Random changes of the corpus: nothing crashes, nothing depends on the pieces, nothing is both taken and wrong.
@Suite struct MutationTests {
    static let rounds = 8

    /// Printed with every failure; put it here to repeat one.
    static let seed = UInt64.random(in: .min ... .max)

    @Test func requests() throws {
        var numbers = SeededNumbers(state: Self.seed)
        print("seed of the request mutations: \(Self.seed)")
        for item in try CorpusFile.cases("requests") where item.bytes.count <= 4096 {
            for _ in 0..<Self.rounds {
                let bytes = mutate(item.bytes, &numbers)
                let whole = RequestTranscript.read([bytes])
                let pieces = RequestTranscript.read(cut(bytes, &numbers))
                #expect(whole == pieces, "seed \(Self.seed), \(item): \(bytes)")
                for request in whole.requests where !isSane(request) {
                    Issue.record("seed \(Self.seed), \(item): \(request)")
                }
            }
        }
    }

    @Test func answers() throws {
        var numbers = SeededNumbers(state: Self.seed)
        print("seed of the answer mutations: \(Self.seed)")
        for item in try CorpusFile.cases("responses") where item.bytes.count <= 4096 {
            for _ in 0..<Self.rounds {
                let bytes = mutate(item.bytes, &numbers)
                let method: Method = Bool.random(using: &numbers) ? .get : .head
                let whole = ResponseTranscript.read([bytes], method: method)
                let pieces = ResponseTranscript.read(cut(bytes, &numbers), method: method)
                #expect(whole == pieces, "seed \(Self.seed), \(item): \(bytes)")
            }
        }
    }

    @Test func proxyHeaders() throws {
        var numbers = SeededNumbers(state: Self.seed)
        print("seed of the PROXY mutations: \(Self.seed)")
        for item in try CorpusFile.cases("proxy") where !item.bytes.isEmpty {
            for _ in 0..<Self.rounds {
                let bytes = mutate(item.bytes, &numbers)
                let whole = ProxyProtocol.read(bytes.span)
                if case .header(let consumed, _) = whole { #expect(consumed <= bytes.count) }
                var first = ProxyProtocol.Outcome.needMore
                for count in 0...bytes.count where first == .needMore {
                    first = ProxyProtocol.read(bytes.span.extracting(0..<count))
                }
                #expect(first == whole, "seed \(Self.seed), \(item): \(bytes)")
            }
        }
    }

    private func isSane(_ request: RequestTranscript.Request) -> Bool {
        let framings = request.fields.filter { $0.hasSuffix(" contentLength") || $0.hasSuffix(" transferEncoding") }
        let hosts = request.fields.filter { $0.hasSuffix(" host") }
        let beginsWell = request.path.first == UInt8(ascii: "/") || request.path.first == UInt8(ascii: "?")
        let pathIsSane = request.isAsterisk ? request.path.isEmpty : beginsWell
        return framings.count <= 1 && hosts.count <= 1 && (hosts.count == 1 || request.minorVersion == 0) && pathIsSane
            && request.path.allSatisfy { $0 > 32 && $0 != 127 }
    }

    /// Bytes that matter to a reader of HTTP, more often than others.
    private static let spice = Array("\r\n\t\0 :;,=\"\\/#?@[]%_-+0159afxAZ*HTTP\u{7f}".utf8) + [0x80, 0xff]

    private func mutate(_ bytes: [UInt8], _ numbers: inout SeededNumbers) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...3, using: &numbers) {
            let place = Int.random(in: 0...bytes.count, using: &numbers)
            let spicy = Bool.random(using: &numbers) ? Self.spice.randomElement(using: &numbers) : nil
            let byte = spicy ?? UInt8.random(in: .min ... .max, using: &numbers)
            switch Int.random(in: 0..<5, using: &numbers) {
            case 0: bytes.insert(byte, at: place)
            case 1 where place < bytes.count: bytes[place] = byte
            case 2 where place < bytes.count: bytes.remove(at: place)
            case 3: bytes += bytes[place...]
            default: bytes.removeLast(min(bytes.count, Int.random(in: 0...3, using: &numbers)))
            }
        }
        return bytes
    }

    private func cut(_ bytes: [UInt8], _ numbers: inout SeededNumbers) -> [[UInt8]] {
        var pieces: [[UInt8]] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = Int.random(in: 0...min(rest.count, 40), using: &numbers)
            pieces.append(Array(rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
        return pieces
    }
}
