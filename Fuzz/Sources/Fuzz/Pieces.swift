/// The ways in which an input arrives. Where it is cut follows from its bytes, so that an input alone says all, a file of
/// the corpus is an input as it is, and a found one is a case for the corpus as it is.
enum Pieces {
    /// FNV-1a.
    static func fingerprint(_ input: [UInt8]) -> UInt64 {
        input.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }

    /// In two; sometimes in three, or byte by byte.
    static func cut(_ input: [UInt8]) -> [[UInt8]] {
        guard input.count > 1 else { return [input] }
        var dice = fingerprint(input)
        func place() -> Int {
            dice = dice &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((dice >> 33) % UInt64(input.count + 1))
        }
        switch dice % 8 {
        case 0 where input.count < 2048:
            return input.map { [$0] }
        case 1, 2:
            let places = [place(), place()].sorted()
            return [Array(input[..<places[0]]), Array(input[places[0]..<places[1]]), Array(input[places[1]...])]
        default:
            let at = place()
            return [Array(input[..<at]), Array(input[at...])]
        }
    }
}

/// What came out of a stream, told so that two ways of feeding it can be compared: body bytes that follow each other are one.
struct Transcript: Equatable {
    enum Entry: Equatable {
        case head(String)
        case body([UInt8])
        case end
        case refused(String)
        case closed(String)
    }
    var entries: [Entry] = []

    mutating func body(_ bytes: [UInt8]) {
        if bytes.isEmpty { return }
        if case .body(let before) = entries.last {
            entries[entries.count - 1] = .body(before + bytes)
        } else {
            entries.append(.body(bytes))
        }
    }

    /// How many bytes of body stand after the last head.
    var bodyCount: Int {
        var count = 0
        for entry in entries.reversed() {
            switch entry {
            case .body(let bytes): count += bytes.count
            case .head: return count
            default: break
            }
        }
        return count
    }
}
