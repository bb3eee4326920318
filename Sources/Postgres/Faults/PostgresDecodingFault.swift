/// A field that is not what the program read it as: a mistake in the program or in the SQL.
public struct PostgresDecodingFault: Error, Equatable, Sendable {
    /// The column's name, or its number where a column was asked for that is not there.
    public let column: String
    public let row: Int
    public let expected: String
    public let found: String
}

extension PostgresDecodingFault: CustomStringConvertible {
    public var description: String { "column \(column) of row \(row): expected \(expected), found \(found)" }
}

extension PostgresMismatch {
    var found: String {
        switch self {
        case .null: "NULL"
        case .type(let type): type.description
        case .malformed(let count): "\(count) bytes that mean no such value"
        case .dimensions(let count): "an array of \(count) dimensions"
        }
    }
}
