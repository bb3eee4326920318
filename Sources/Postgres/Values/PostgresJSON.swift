/// `json` or `jsonb`, as text. A parameter is sent as `json`, which an assignment to `jsonb` takes with a cast: `$1::jsonb`.
public struct PostgresJSON: Hashable, Sendable {
    public let text: String

    public init(_ text: String) { self.text = text }

    /// The one version of `jsonb`'s binary form: this byte, then the text.
    private static let binaryVersion: UInt8 = 1
}

extension PostgresJSON: PostgresScalar {
    public static var scalarType: PostgresType { .json }
    public static var arrayType: PostgresType { .jsonArray }
    public static var readable: [PostgresType] { [.json, .jsonb] }
    public static var readableArrays: [PostgresType] { [.jsonArray, .jsonbArray] }

    public func append(to bytes: inout [UInt8]) { bytes.append(contentsOf: text.utf8) }

    public static func parse(_ bytes: Span<UInt8>, type: PostgresType) -> PostgresJSON? {
        if type == .json { return bytes.utf8Text.map(PostgresJSON.init) }
        guard bytes.count > 1, bytes[0] == binaryVersion else { return nil }
        return bytes.extracting(1...).utf8Text.map(PostgresJSON.init)
    }
}
