import Bytes
import Deflate
import Foundation
import TestSupport
import Testing

/// What is put together from pieces is judged by Python's reader of gzip, which checks sum and length as well.
@Suite struct GzipStreamTests {
    /// Pieces in turn packed before and as they are.
    static func stream(_ pieces: [(isPacked: Bool, bytes: [UInt8])]) throws -> (packed: [UInt8], plain: [UInt8]) {
        var output = ByteBuffer()
        var stream = GzipStream(into: &output)
        for piece in pieces {
            if piece.isPacked {
                let packed = try #require(PackedPiece(piece.bytes))
                var blocks = ByteBuffer()
                blocks.append(packed.blocks)
                stream.append(
                    blocks: ByteRange(start: 0, count: blocks.count), of: blocks, packed.checksum, to: &output)
            } else {
                stream.append(piece.bytes.span, to: &output)
            }
        }
        stream.finish(&output)
        return (output.span.array, pieces.flatMap(\.bytes))
    }

    static func unpacked(_ bytes: [UInt8]) throws -> [UInt8] {
        let program = "import gzip, sys; print(gzip.decompress(sys.stdin.buffer.read()).hex())"
        let tool = try FinishedProgram.run(["/usr/bin/env", "python3", "-c", program], input: Data(bytes))
        try #require(tool.exitCode == 0, "python3 does not take it for gzip: \(tool.said)")
        let digits = Array(tool.output.utf8.dropLast())
        return stride(from: 0, to: digits.count - 1, by: 2).compactMap {
            UInt8(String(decoding: digits[$0..<($0 + 2)], as: UTF8.self), radix: 16)
        }
    }

    static let text = Array(String(repeating: "a place in line, and another one; ", count: 300).utf8)

    @Test(arguments: [
        [], [(true, text)], [(false, text)], [(true, text), (false, Array("42".utf8)), (true, text)],
        [(false, [1]), (true, text), (true, text), (false, []), (false, text)], [(true, [])], [(true, [7]), (false, [8])],
    ]) func anotherReaderReadsIt(_ pieces: [(isPacked: Bool, bytes: [UInt8])]) throws {
        let (packed, plain) = try Self.stream(pieces)
        #expect(try Self.unpacked(packed) == plain)
    }

    /// A stored block holds 65,535 bytes at most.
    @Test(arguments: [65_534, 65_535, 65_536, 200_000]) func longPiecesAreDivided(_ count: Int) throws {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }
        let (packed, plain) = try Self.stream([(true, Self.text), (false, bytes), (true, Self.text)])
        #expect(try Self.unpacked(packed) == plain)
    }

    @Test func packingMakesItSmaller() throws {
        let (packed, plain) = try Self.stream([(true, Self.text)])
        #expect(packed.count * 20 < plain.count)
    }
}
