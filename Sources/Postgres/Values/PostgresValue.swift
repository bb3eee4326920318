/// What a parameter can be and a column can be read as. Binary both ways, and exact: an `int4` is not read as `Int64`, since
/// what silently fits today may not tomorrow; a cast in the SQL says what is meant.
public protocol PostgresValue: Sendable {
    /// What the server is told that a parameter is.
    static var postgresType: PostgresType { get }

    /// Appends the binary form. False for NULL, which has none.
    func write(to bytes: inout [UInt8]) -> Bool

    /// Reads one field of a row. `bytes` is empty for NULL.
    static func read(_ bytes: Span<UInt8>, isNull: Bool, type: PostgresType) throws(PostgresMismatch) -> Self
}

/// Why a field is not what it was read as.
public enum PostgresMismatch: Error, Equatable, Sendable {
    case null
    case type(found: PostgresType)
    /// The type is right, what stands in it is not.
    case malformed(bytes: Int)
    case dimensions(Int32)
}

/// A value that is neither NULL nor an array.
public protocol PostgresScalar: PostgresValue, PostgresElement {
    static var scalarType: PostgresType { get }
    /// The types that it can be read from, and arrays of them.
    static var readable: [PostgresType] { get }
    static var readableArrays: [PostgresType] { get }

    func append(to bytes: inout [UInt8])
    /// Nil when the bytes are not of this type.
    static func parse(_ bytes: Span<UInt8>, type: PostgresType) -> Self?
}

extension PostgresScalar {
    public static var postgresType: PostgresType { scalarType }
    public static var readable: [PostgresType] { [scalarType] }
    public static var readableArrays: [PostgresType] { [arrayType] }

    public func write(to bytes: inout [UInt8]) -> Bool {
        append(to: &bytes)
        return true
    }

    public static func read(_ bytes: Span<UInt8>, isNull: Bool, type: PostgresType) throws(PostgresMismatch) -> Self {
        guard readable.contains(type) else { throw .type(found: type) }
        if isNull { throw .null }
        guard let value = parse(bytes, type: type) else { throw .malformed(bytes: bytes.count) }
        return value
    }
}

extension Optional: PostgresValue where Wrapped: PostgresValue {
    public static var postgresType: PostgresType { Wrapped.postgresType }

    public func write(to bytes: inout [UInt8]) -> Bool {
        guard case .some(let value) = self else { return false }
        return value.write(to: &bytes)
    }

    public static func read(_ bytes: Span<UInt8>, isNull: Bool, type: PostgresType) throws(PostgresMismatch) -> Self {
        if !isNull { return try Wrapped.read(bytes, isNull: false, type: type) }
        // A NULL of the wrong type is a mistake too, and better found before the first row that is not NULL.
        do throws(PostgresMismatch) {
            _ = try Wrapped.read(bytes, isNull: true, type: type)
        } catch {
            if case .type = error { throw error }
        }
        return nil
    }
}
