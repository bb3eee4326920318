import Testing

@testable import Bytes

@Suite struct ByteBufferTests {
    @Test func takesNoMemoryBeforeTheFirstByte() {
        var buffer = ByteBuffer()
        buffer.append("")
        buffer.append(String())
        buffer.append([UInt8]())
        buffer.append(Span<UInt8>())
        #expect(buffer.footprint == 0)
        #expect(buffer.isEmpty == true)
        #expect(buffer.span.count == 0)
        buffer.append(UInt8(7))
        #expect(buffer.footprint > 0)
        buffer.release()
        #expect(buffer.footprint == 0)
        #expect(buffer.span.count == 0)
        buffer.append("again")
        #expect(buffer.span.string == "again")
    }

    @Test func appendsEveryKindOfText() {
        var buffer = ByteBuffer("String, ")
        let literal: StaticString = "StaticString, "
        buffer.append(literal)
        buffer.append([UInt8]("array, ".utf8))
        buffer.append("é".utf8.span)
        buffer.append(UInt8(ascii: "!"))
        #expect(buffer.span.string == "String, StaticString, array, é!")
    }

    @Test(arguments: [
        UInt64(0), 1, 9, 10, 11, 99, 100, 101, 999_999_999, 1_000_000_000, 9_999_999_999_999_999_999,
        10_000_000_000_000_000_000,
        .max - 1, .max,
    ])
    func writesDecimal(_ number: UInt64) {
        var buffer = ByteBuffer("x")
        buffer.append(decimal: number)
        #expect(buffer.span.string == "x\(number)")
    }

    @Test func writesDecimalOnBothSidesOfEveryPowerOfTen() {
        var power: UInt64 = 1
        for _ in 0..<19 {
            power *= 10
            for number in [power - 1, power, power + 1] {
                var buffer = ByteBuffer()
                buffer.append(decimal: number)
                #expect(buffer.span.string == "\(number)")
            }
        }
    }

    @Test(arguments: [UInt64(0), 1, 9, 10, 15, 16, 255, 256, 0xdead_beef, 1 << 60, (1 << 60) - 1, .max])
    func writesHexadecimal(_ number: UInt64) {
        var buffer = ByteBuffer()
        buffer.append(hex: number)
        let digits = String(number, radix: 16)
        #expect(buffer.span.string == digits)
        buffer.removeAll()
        buffer.append(hex: number, width: 16)
        #expect(buffer.span.string == String(repeating: "0", count: 16 - digits.count) + digits)
        buffer.removeAll()
        buffer.append(hex: number, width: 2)
        #expect(buffer.span.string == String(("0" + digits).suffix(2)))
    }

    @Test func removesFromTheFrontAndCutsTheEnd() {
        var buffer = ByteBuffer("0123456789")
        buffer.removeFirst(3)
        #expect(buffer.span.string == "3456789")
        buffer.truncate(to: 4)
        #expect(buffer.span.string == "3456")
        buffer.append("x")
        #expect(buffer.span.string == "3456x")
        buffer.truncate(to: 0)
        #expect(buffer.isEmpty == true)
        buffer.append("y")
        #expect(buffer.span.string == "y")
        buffer.removeFirst(1)
        #expect(buffer.isEmpty == true)
        buffer.removeFirst(0)
        #expect(buffer.isEmpty == true)
    }

    @Test func reservesOnceForWhatIsAppendedLater() {
        var buffer = ByteBuffer("abc")
        buffer.reserve(10_000)
        let footprint = buffer.footprint
        #expect(footprint >= 10_003)
        for _ in 0..<10_000 { buffer.append(UInt8(ascii: "d")) }
        #expect(buffer.footprint == footprint)
        #expect(buffer.span.string == "abc" + String(repeating: "d", count: 10_000))
    }

    /// A byte in and a byte out on a buffer that is nearly full must not copy it each time, nor make it grow for ever.
    @Test func staysBoundedWhileBytesPassThrough() {
        var buffer = ByteBuffer()
        buffer.append([UInt8](repeating: 1, count: 1_000))
        var moves = 0
        var last = buffer.capacity - buffer.end
        for turn in 0..<100_000 {
            buffer.removeFirst(1)
            buffer.append(UInt8(truncatingIfNeeded: turn))
            if buffer.capacity - buffer.end > last { moves += 1 }
            last = buffer.capacity - buffer.end
        }
        #expect(buffer.count == 1_000)
        #expect(buffer.footprint <= 4_096)
        #expect(moves <= 200)
    }

    @Test func doesWhatAnArrayDoes() {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("ByteBufferTests.doesWhatAnArrayDoes seed \(seed)")
        var random = SeededRandom(seed: seed)
        for _ in 0..<200 {
            var buffer = ByteBuffer()
            var model: [UInt8] = []
            for _ in 0..<200 {
                apply(&random, &buffer, &model)
                let same = buffer.span.array == model && buffer.count == model.count && buffer.isEmpty == model.isEmpty
                #expect(same, "seed \(seed)")
                if !same { return }
            }
        }
    }

    private func apply(_ random: inout SeededRandom, _ buffer: inout ByteBuffer, _ model: inout [UInt8]) {
        switch Int.random(in: 0..<12, using: &random) {
        case 0, 1, 2:
            let bytes = (0..<Int.random(in: 0...700, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
            buffer.append(bytes)
            model += bytes
        case 3:
            let byte = UInt8.random(in: 0...255, using: &random)
            buffer.append(byte)
            model.append(byte)
        case 4:
            let number = UInt64.random(in: 0...UInt64.max, using: &random) >> UInt64.random(in: 0..<64, using: &random)
            buffer.append(decimal: number)
            model += Array(String(number).utf8)
        case 5:
            let number = UInt64.random(in: 0...UInt64.max, using: &random) >> UInt64.random(in: 0..<64, using: &random)
            buffer.append(hex: number)
            model += Array(String(number, radix: 16).utf8)
        case 6, 7, 8:
            let count = Int.random(in: 0...model.count, using: &random)
            buffer.removeFirst(count)
            model.removeFirst(count)
        case 9:
            let count = Int.random(in: 0...model.count, using: &random)
            buffer.truncate(to: count)
            model.removeLast(model.count - count)
        case 10: buffer.reserve(Int.random(in: 0...3_000, using: &random))
        default:
            guard Int.random(in: 0..<10, using: &random) == 0 else { return }
            if Bool.random(using: &random) { buffer.removeAll() } else { buffer.release() }
            model = []
        }
    }
}
