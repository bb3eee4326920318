/// What an array of the server can be made of. Bytes are an element as well: an array of them is `bytea`.
public protocol PostgresElement: Sendable {
    static var arrayType: PostgresType { get }
    static func writeArray(_ elements: [Self], to bytes: inout [UInt8])
    static func readArray(_ bytes: Span<UInt8>, isNull: Bool, type: PostgresType) throws(PostgresMismatch) -> [Self]
}

extension Array: PostgresValue where Element: PostgresElement {
    public static var postgresType: PostgresType { Element.arrayType }

    public func write(to bytes: inout [UInt8]) -> Bool {
        Element.writeArray(self, to: &bytes)
        return true
    }

    public static func read(_ bytes: Span<UInt8>, isNull: Bool, type: PostgresType) throws(PostgresMismatch) -> Self {
        try Element.readArray(bytes, isNull: isNull, type: type)
    }
}

extension PostgresScalar {
    public static func writeArray(_ elements: [Self], to bytes: inout [UInt8]) {
        PostgresArrayForm.appendHead(elements.count, of: scalarType, hasNull: false, to: &bytes)
        for element in elements { PostgresArrayForm.append(element, to: &bytes) }
    }

    public static func readArray(
        _ bytes: Span<UInt8>, isNull: Bool, type: PostgresType
    ) throws(PostgresMismatch) -> [Self] {
        guard readableArrays.contains(type) else { throw .type(found: type) }
        if isNull { throw .null }
        var elements: [Self] = []
        try PostgresArrayForm.read(bytes, as: Self.self) { (element) throws(PostgresMismatch) in
            guard let element else { throw .null }
            elements.append(element)
        }
        return elements
    }
}

extension Optional: PostgresElement where Wrapped: PostgresScalar {
    public static var arrayType: PostgresType { Wrapped.arrayType }

    public static func writeArray(_ elements: [Self], to bytes: inout [UInt8]) {
        let hasNull = elements.contains { $0 == nil }
        PostgresArrayForm.appendHead(elements.count, of: Wrapped.scalarType, hasNull: hasNull, to: &bytes)
        for element in elements {
            if let element { PostgresArrayForm.append(element, to: &bytes) } else { bytes.append(bigEndian: Int32(-1)) }
        }
    }

    public static func readArray(
        _ bytes: Span<UInt8>, isNull: Bool, type: PostgresType
    ) throws(PostgresMismatch) -> [Self] {
        guard Wrapped.readableArrays.contains(type) else { throw .type(found: type) }
        if isNull { throw .null }
        var elements: [Self] = []
        try PostgresArrayForm.read(bytes, as: Wrapped.self) { (element) throws(PostgresMismatch) in elements.append(element)
        }
        return elements
    }
}

/// The binary form of arrays, `array_send` of the server: dimensions, whether there are NULLs, the type of the elements;
/// length and lower bound of each dimension; then each element behind its length, -1 for NULL. All of it big-endian.
enum PostgresArrayForm {
    private static let headBytes = 12
    private static let dimensionBytes = 8

    static func appendHead(_ count: Int, of type: PostgresType, hasNull: Bool, to bytes: inout [UInt8]) {
        bytes.append(bigEndian: Int32(count == 0 ? 0 : 1))
        bytes.append(bigEndian: Int32(hasNull ? 1 : 0))
        bytes.append(bigEndian: type.rawValue)
        if count == 0 { return }
        bytes.append(bigEndian: Int32(clamping: count))
        bytes.append(bigEndian: Int32(1))
    }

    static func append(_ element: some PostgresScalar, to bytes: inout [UInt8]) {
        let start = bytes.count
        bytes.append(bigEndian: Int32(0))
        element.append(to: &bytes)
        bytes.write(bigEndian: Int32(clamping: bytes.count - start - 4), at: start)
    }

    static func read<Element: PostgresScalar>(
        _ bytes: Span<UInt8>, as kind: Element.Type, _ take: (Element?) throws(PostgresMismatch) -> Void
    ) throws(PostgresMismatch) {
        guard let dimensions = bytes.bigEndian(Int32.self, at: 0), let type = bytes.bigEndian(UInt32.self, at: 8) else {
            throw .malformed(bytes: bytes.count)
        }
        let elementType = PostgresType(rawValue: type)
        guard Element.readable.contains(elementType) else { throw .type(found: elementType) }
        if dimensions == 0 { return }
        guard dimensions == 1 else { throw .dimensions(dimensions) }
        guard let count = bytes.bigEndian(Int32.self, at: headBytes), count >= 0 else {
            throw .malformed(bytes: bytes.count)
        }
        var at = headBytes + dimensionBytes
        for _ in 0..<count {
            guard let length = bytes.bigEndian(Int32.self, at: at) else { throw .malformed(bytes: bytes.count) }
            at += 4
            if length == -1 {
                try take(nil)
                continue
            }
            guard length >= 0, Int(length) <= bytes.count - at,
                let element = Element.parse(bytes.extracting(at..<at + Int(length)), type: elementType)
            else { throw .malformed(bytes: bytes.count) }
            try take(element)
            at += Int(length)
        }
        guard at == bytes.count else { throw .malformed(bytes: bytes.count) }
    }
}
