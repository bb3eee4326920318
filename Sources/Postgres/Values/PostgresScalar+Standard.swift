extension Bool: PostgresScalar {
    public static var scalarType: PostgresType { .bool }
    public static var arrayType: PostgresType { .boolArray }
    public func append(to bytes: inout [UInt8]) { bytes.append(self ? 1 : 0) }
    public static func parse(_ bytes: Span<UInt8>, type: PostgresType) -> Bool? {
        guard bytes.count == 1, bytes[0] <= 1 else { return nil }
        return bytes[0] == 1
    }
}

extension Int16: PostgresScalar {
    public static var scalarType: PostgresType { .int2 }
    public static var arrayType: PostgresType { .int2Array }
    public func append(to bytes: inout [UInt8]) { bytes.append(bigEndian: self) }
    public static func parse(_ bytes: Span<UInt8>, type: PostgresType) -> Int16? { bytes.bigEndian(Int16.self) }
}

extension Int32: PostgresScalar {
    public static var scalarType: PostgresType { .int4 }
    public static var arrayType: PostgresType { .int4Array }
    public func append(to bytes: inout [UInt8]) { bytes.append(bigEndian: self) }
    public static func parse(_ bytes: Span<UInt8>, type: PostgresType) -> Int32? { bytes.bigEndian(Int32.self) }
}

extension Int64: PostgresScalar {
    public static var scalarType: PostgresType { .int8 }
    public static var arrayType: PostgresType { .int8Array }
    public func append(to bytes: inout [UInt8]) { bytes.append(bigEndian: self) }
    public static func parse(_ bytes: Span<UInt8>, type: PostgresType) -> Int64? { bytes.bigEndian(Int64.self) }
}

extension Int: PostgresScalar {
    public static var scalarType: PostgresType { .int8 }
    public static var arrayType: PostgresType { .int8Array }
    public func append(to bytes: inout [UInt8]) { bytes.append(bigEndian: Int64(self)) }
    public static func parse(_ bytes: Span<UInt8>, type: PostgresType) -> Int? { bytes.bigEndian(Int64.self).map(Int.init) }
}

extension Double: PostgresScalar {
    public static var scalarType: PostgresType { .float8 }
    public static var arrayType: PostgresType { .float8Array }
    public func append(to bytes: inout [UInt8]) { bytes.append(bigEndian: bitPattern) }
    public static func parse(_ bytes: Span<UInt8>, type: PostgresType) -> Double? {
        bytes.bigEndian(UInt64.self).map(Double.init(bitPattern:))
    }
}

/// `text`. The server has no zero byte in text and says so.
extension String: PostgresScalar {
    public static var scalarType: PostgresType { .text }
    public static var arrayType: PostgresType { .textArray }
    public static var readable: [PostgresType] { [.text, .varchar, .bpchar, .name] }
    public static var readableArrays: [PostgresType] { [.textArray, .varcharArray, .bpcharArray, .nameArray] }
    public func append(to bytes: inout [UInt8]) { bytes.append(contentsOf: utf8) }
    public static func parse(_ bytes: Span<UInt8>, type: PostgresType) -> String? { bytes.utf8Text }
}

/// `bytea`.
extension UInt8: PostgresElement {
    public static var arrayType: PostgresType { .bytea }

    public static func writeArray(_ elements: [UInt8], to bytes: inout [UInt8]) { bytes.append(contentsOf: elements) }

    public static func readArray(
        _ bytes: Span<UInt8>, isNull: Bool, type: PostgresType
    ) throws(PostgresMismatch) -> [UInt8] {
        guard type == .bytea else { throw .type(found: type) }
        if isNull { throw .null }
        return bytes.copy
    }
}

/// An element of `bytea[]`.
extension Array: PostgresScalar, PostgresElement where Element == UInt8 {
    public static var scalarType: PostgresType { .bytea }
    public static var arrayType: PostgresType { .byteaArray }
    public func append(to bytes: inout [UInt8]) { bytes.append(contentsOf: self) }
    public static func parse(_ bytes: Span<UInt8>, type: PostgresType) -> [UInt8]? { bytes.copy }
}

extension Span<UInt8> {
    var copy: [UInt8] { withUnsafeBufferPointer { Array($0) } }

    /// Nil when it is no UTF-8.
    var utf8Text: String? { withUnsafeBufferPointer { String(validating: $0, as: UTF8.self) } }
}
