/// What a statement gave: rows, or only the count of those it changed. Stays on the loop that it came on.
public struct PostgresRows {
    let result: PostgresResult

    /// Rows changed, or returned.
    public var affected: Int { result.affected }
    /// What the server says it has done: `INSERT 0 1`.
    public var tag: String { result.tag }

    public var columns: [(name: String, type: PostgresType)] {
        (0..<result.columnCount).map { (result.name($0), result.type($0)) }
    }
}

extension PostgresRows: RandomAccessCollection {
    public var startIndex: Int { 0 }
    public var endIndex: Int { result.rowCount }

    public subscript(row: Int) -> PostgresRow {
        precondition(indices.contains(row))
        return PostgresRow(result: result, row: row)
    }
}

public struct PostgresRow {
    let result: PostgresResult
    let row: Int

    /// A field by its place.
    public func get<Value: PostgresValue>(_ column: Int, as kind: Value.Type = Value.self) throws(PostgresFault) -> Value {
        guard (0..<result.columnCount).contains(column) else { throw missing("\(column + 1)", kind) }
        do throws(PostgresMismatch) {
            return try result.read(kind, row: row, column: column)
        } catch {
            throw .decoding(
                PostgresDecodingFault(
                    column: result.name(column), row: row, expected: Self.name(kind), found: error.found))
        }
    }

    /// A field by its name, the first that has it.
    public func get<Value: PostgresValue>(_ column: String, as kind: Value.Type = Value.self) throws(PostgresFault) -> Value
    {
        guard let place = (0..<result.columnCount).first(where: { result.name($0) == column }) else {
            throw missing(column, kind)
        }
        return try get(place, as: kind)
    }

    /// All of the row at once: `let (id, name) = try row.values(Int64.self, String?.self)`. As many as it has.
    public func values<each Value: PostgresValue>(
        _ kinds: repeat (each Value).Type
    ) throws(PostgresFault) -> (repeat each Value) {
        var count = 0
        for _ in repeat each kinds { count += 1 }
        guard count == result.columnCount else {
            throw .decoding(
                PostgresDecodingFault(
                    column: "count", row: row, expected: "\(count) columns", found: "\(result.columnCount)"))
        }
        var column = -1
        func next<One: PostgresValue>(_ kind: One.Type) throws(PostgresFault) -> One {
            column += 1
            return try get(column, as: kind)
        }
        return (repeat try next(each kinds))
    }

    private func missing(_ column: String, _ kind: any PostgresValue.Type) -> PostgresFault {
        .decoding(
            PostgresDecodingFault(
                column: column, row: row, expected: Self.name(kind), found: "\(result.columnCount) columns without it"))
    }

    private static func name(_ kind: any PostgresValue.Type) -> String { "\(kind.postgresType) (\(kind))" }
}
