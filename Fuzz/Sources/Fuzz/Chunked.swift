import Bytes
import HTTP

/// Chunked bodies, against a second reader that takes its time: what the stream takes, this one reads the same.
func judgeChunked(_ input: [UInt8]) {
    let head = Array("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)
    let transcript = requests([head + input], RequestLimits())
    hold(transcript == requests([head] + Pieces.cut(input), RequestLimits()), "in pieces it reads otherwise than whole")
    guard case .head = transcript.entries.first else { return hold(false, "a plain head is not taken") }

    var rest = transcript.entries.dropFirst()
    var body: [UInt8] = []
    if case .body(let bytes) = rest.first {
        body = bytes
        rest = rest.dropFirst()
    }
    let reference = PlainChunks.read(input)
    switch rest.first {
    case .end:
        hold(reference.outcome == .complete, "taken as complete; to the plain reader it is \(reference.outcome)")
        hold(reference.body == body, "a body that the plain reader reads otherwise")
        // What follows is read as the next request, from the same byte on.
        let next = requests([Array(input[reference.count...])], RequestLimits())
        hold(Array(rest.dropFirst()) == next.entries, "what follows begins at another byte")
    case .refused:
        hold(!(reference.outcome == .complete && reference.isPlain), "refused, and there is nothing wrong with it")
    case nil:
        hold(!(reference.outcome == .complete && reference.isPlain), "waits for more, and it is complete")
        hold(reference.body.starts(with: body), "a body that the plain reader reads otherwise")
    default:
        hold(false, "another head within a body")
    }
}

/// RFC 9112 7.1, read in the plainest way.
struct PlainChunks {
    enum Outcome { case complete, cutOff, wrong }
    var outcome = Outcome.cutOff
    var body: [UInt8] = []
    /// How many bytes it took, when complete.
    var count = 0
    /// Neither extensions nor trailers nor long sizes, whose limits are for the stream to choose.
    var isPlain = true

    static func read(_ input: [UInt8]) -> PlainChunks {
        var chunks = PlainChunks()
        chunks.outcome = chunks.chunks(input)
        return chunks
    }

    private mutating func line(_ input: [UInt8]) -> [UInt8]? {
        var at = count
        while at + 1 < input.count {
            if input[at] == 13 && input[at + 1] == 10 {
                defer { count = at + 2 }
                return Array(input[count..<at])
            }
            at += 1
        }
        return nil
    }

    private mutating func chunks(_ input: [UInt8]) -> Outcome {
        while true {
            guard let line = line(input) else { return .cutOff }
            let digits = line.prefix { Character(UnicodeScalar($0)).isHexDigit }
            let behind = line[digits.count...]
            guard !digits.isEmpty, let size = Int(text(digits), radix: 16) else { return .wrong }
            guard behind.allSatisfy({ $0 == 9 || ($0 >= 32 && $0 != 127) }) else { return .wrong }
            guard behind.isEmpty || behind.drop(while: { $0 == 32 || $0 == 9 }).first == UInt8(ascii: ";") else {
                return .wrong
            }
            if !behind.isEmpty || digits.count > 8 { isPlain = false }
            if size == 0 { return trailers(input) }
            guard input.count - count >= size else {
                body += input[count...]
                return .cutOff
            }
            body += input[count..<count + size]
            count += size
            guard input.count - count >= 2 else { return .cutOff }
            guard input[count] == 13 && input[count + 1] == 10 else { return .wrong }
            count += 2
        }
    }

    private mutating func trailers(_ input: [UInt8]) -> Outcome {
        while true {
            guard let line = line(input) else { return .cutOff }
            if line.isEmpty { return .complete }
            isPlain = false
            let name = line.prefix { $0 != UInt8(ascii: ":") }
            guard name.count < line.count, !name.isEmpty, name.allSatisfy(isToken) else { return .wrong }
            guard line.allSatisfy({ $0 == 9 || ($0 >= 32 && $0 != 127) }) else { return .wrong }
        }
    }
}
