import TestSupport
import Testing

@testable import Postgres

/// The binary forms by themselves.
@Suite struct ValueTests {
    private func written(_ value: some PostgresValue) -> [UInt8]? {
        var bytes: [UInt8] = [0xff]
        let isThere = value.write(to: &bytes)
        #expect(bytes.first == 0xff)
        #expect(isThere || bytes.count == 1)
        return isThere ? Array(bytes.dropFirst()) : nil
    }

    private func read<Value: PostgresValue>(
        _ bytes: [UInt8]?, _ type: PostgresType, as kind: Value.Type = Value.self
    ) throws(PostgresMismatch) -> Value {
        let given = bytes ?? []
        return try Value.read(given.span, isNull: bytes == nil, type: type)
    }

    private func expectRoundTrip<Value: PostgresValue & Equatable>(_ value: Value) throws {
        #expect(try read(written(value), Value.postgresType) == value)
    }

    @Test func scalarsAreAsTheServerHasThem() {
        #expect(written(true) == [1])
        #expect(written(Int16(-2)) == [0xff, 0xfe])
        #expect(written(Int32(1)) == [0, 0, 0, 1])
        #expect(written(Int64.min) == [0x80, 0, 0, 0, 0, 0, 0, 0])
        #expect(written(1.0) == [0x3f, 0xf0, 0, 0, 0, 0, 0, 0])
        #expect(written("é") == [0xc3, 0xa9])
        #expect(written([UInt8]([0, 1])) == [0, 1])
        #expect(written(PostgresTimestamp(unixMicroseconds: 946_684_800_000_001)) == [0, 0, 0, 0, 0, 0, 0, 1])
        #expect(written(PostgresUUID(high: 1, low: 2)) == [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2])
        #expect(written(Int64?.none) == nil)
    }

    @Test func arraysAreAsTheServerHasThem() {
        #expect(written([Int64]()) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 20])
        let head: [UInt8] = [0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 21, 0, 0, 0, 2, 0, 0, 0, 1]
        #expect(written([Int16(5), nil]) == head + [0, 0, 0, 2, 0, 5, 0xff, 0xff, 0xff, 0xff])
        let bytes: [[UInt8]] = [[], [9]]
        let outer: [UInt8] = [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 17, 0, 0, 0, 2, 0, 0, 0, 1]
        #expect(written(bytes) == outer + [0, 0, 0, 0, 0, 0, 0, 1, 9])
    }

    @Test func extremesComeBack() throws {
        for number in [Int64.min, -1, 0, 1, .max] {
            try expectRoundTrip(number)
            try expectRoundTrip(Int(number))
            try expectRoundTrip(Int32(truncatingIfNeeded: number))
            try expectRoundTrip(Int16(truncatingIfNeeded: number))
        }
        for number in [0.0, -0.0, .infinity, -.infinity, .leastNonzeroMagnitude, .greatestFiniteMagnitude] {
            try expectRoundTrip(number)
        }
        #expect(try read(written(Double.nan), .float8, as: Double.self).isNaN)
        for text in ["", "a", "\u{10ffff}é\n\"'"] { try expectRoundTrip(text) }
        for time in [PostgresTimestamp.infinity, .negativeInfinity, PostgresTimestamp(unixMicroseconds: -1)] {
            try expectRoundTrip(time)
        }
        try expectRoundTrip(PostgresJSON("{}"))
        try expectRoundTrip([UInt8](0...255))
        try expectRoundTrip([[UInt8]]())
        try expectRoundTrip([Int64?.none, .max, .none])
        try expectRoundTrip(["", "b"])
        try expectRoundTrip([true, false])
    }

    @Test func aTimeOutOfRangeIsNoOtherTime() {
        let bytes = written(PostgresTimestamp(unixMicroseconds: .min + 1))
        #expect(bytes == [0x80, 0, 0, 0, 0, 0, 0, 1])
    }

    @Test func whatIsNotMeantIsSaid() {
        #expect(throws: PostgresMismatch.type(found: .int4)) { try read([0, 0, 0, 1], .int4, as: Int64.self) }
        #expect(throws: PostgresMismatch.type(found: .text)) { try read(nil, .text, as: Int64?.self) }
        #expect(throws: PostgresMismatch.null) { try read(nil, .int8, as: Int64.self) }
        #expect(throws: PostgresMismatch.malformed(bytes: 3)) { try read([0, 0, 1], .int4, as: Int32.self) }
        #expect(throws: PostgresMismatch.malformed(bytes: 1)) { try read([2], .bool, as: Bool.self) }
        #expect(throws: PostgresMismatch.malformed(bytes: 1)) { try read([0xff], .text, as: String.self) }
        #expect(throws: PostgresMismatch.malformed(bytes: 3)) { try read([2, 123, 125], .jsonb, as: PostgresJSON.self) }
        #expect(throws: PostgresMismatch.null) { try read(written([Int64?.none]), .int8Array, as: [Int64].self) }
        #expect(throws: PostgresMismatch.type(found: .bytea)) { try read([1], .bytea, as: [Int64].self) }
    }

    @Test func everyBrokenArrayIsRefused() throws {
        let whole = try #require(written([Int32(1), Int32(2)]))
        for end in whole.indices {
            #expect(throws: PostgresMismatch.malformed(bytes: end)) {
                try read(Array(whole[..<end]), .int4Array, as: [Int32].self)
            }
        }
        var longer = whole
        longer.append(0)
        #expect(throws: PostgresMismatch.malformed(bytes: longer.count)) { try read(longer, .int4Array, as: [Int32].self) }
        var deep = whole
        deep[3] = 2
        #expect(throws: PostgresMismatch.dimensions(2)) { try read(deep, .int4Array, as: [Int32].self) }
        var negative = whole
        negative[12] = 0xff
        #expect(throws: PostgresMismatch.malformed(bytes: whole.count)) {
            try read(negative, .int4Array, as: [Int32].self)
        }
        var huge = whole
        huge[20] = 0x7f
        #expect(throws: PostgresMismatch.malformed(bytes: whole.count)) { try read(huge, .int4Array, as: [Int32].self) }
    }

    @Test func uuidsAreWritten() {
        let bytes = (0..<16).map { UInt8($0 * 17) }
        let uuid = PostgresUUID(bytes.span)
        #expect(uuid?.description == "00112233-4455-6677-8899-aabbccddeeff")
        #expect(uuid?.bytes == bytes)
        let short = PostgresUUID(bytes.span.extracting(1...))
        #expect(short == nil)
    }

    @Test func parametersLieOneAfterTheOther() {
        let parameters = PostgresParameters([Int32(1), String?.none, "", [UInt8]([7])])
        #expect(parameters.types == [.int4, .text, .text, .bytea])
        #expect(parameters.extents.map(\.length) == [4, -1, 0, 1])
        #expect(parameters.bytes == [0, 0, 0, 1, 7])
    }
}
