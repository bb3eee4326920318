import CPostgres

/// One result of libpq's, freed with this object.
final class PostgresResult {
    enum Kind {
        case rows
        /// A command that gives none.
        case done
        /// With SQLSTATE, and thus by the server.
        case failed(PostgresServerError)
        /// Without: by libpq, when the connection is gone.
        case broken(String)
        /// Not run, since something before it in the segment failed.
        case skipped
        /// The end of a segment, which is when its transaction has been committed.
        case sync
        /// Part of COPY, which this client has not.
        case foreign(String)
    }

    private let raw: OpaquePointer

    init(_ raw: OpaquePointer) { self.raw = raw }

    deinit { PQclear(raw) }

    var kind: Kind {
        switch PQresultStatus(raw) {
        case PGRES_TUPLES_OK, PGRES_SINGLE_TUPLE: .rows
        case PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: .done
        case PGRES_PIPELINE_SYNC: .sync
        case PGRES_PIPELINE_ABORTED: .skipped
        case PGRES_FATAL_ERROR, PGRES_NONFATAL_ERROR, PGRES_BAD_RESPONSE: failure
        case let other: .foreign(String(cString: PQresStatus(other)))
        }
    }

    private var failure: Kind {
        guard let error = Self.serverError(raw) else { return .broken(Self.oneLine(PQresultErrorMessage(raw))) }
        return .failed(error)
    }

    static func serverError(_ raw: OpaquePointer?) -> PostgresServerError? {
        func field(_ code: Int) -> String? {
            PQresultErrorField(raw, Int32(code)).map { String(cString: $0) }
        }
        guard let code = field(shim_diag_sqlstate) else { return nil }
        return PostgresServerError(
            severity: field(shim_diag_severity) ?? "ERROR", code: PostgresCode(rawValue: code),
            message: field(shim_diag_message) ?? "no message", detail: field(shim_diag_detail),
            hint: field(shim_diag_hint), schema: field(shim_diag_schema), table: field(shim_diag_table),
            column: field(shim_diag_column), constraint: field(shim_diag_constraint),
            position: field(shim_diag_position).flatMap { Int($0) }, routine: field(shim_diag_routine))
    }

    static func oneLine(_ words: UnsafePointer<CChar>?) -> String {
        guard let words else { return "no reason is known" }
        let lines = String(cString: words).split(separator: "\n")
        return lines.isEmpty ? "no reason is known" : lines.joined(separator: "; ")
    }

    // MARK: Rows

    var rowCount: Int { Int(PQntuples(raw)) }
    var columnCount: Int { Int(PQnfields(raw)) }

    func name(_ column: Int) -> String { PQfname(raw, Int32(column)).map { String(cString: $0) } ?? "" }

    func type(_ column: Int) -> PostgresType { PostgresType(rawValue: PQftype(raw, Int32(column))) }

    /// The first word or two of what the server says it has done: `INSERT 0 1`, `COMMIT`.
    var tag: String { String(cString: PQcmdStatus(raw)) }

    /// Rows changed or returned, as the server counts them.
    var affected: Int { Int(String(cString: PQcmdTuples(raw))) ?? 0 }

    func read<Value: PostgresValue>(_ kind: Value.Type, row: Int, column: Int) throws(PostgresMismatch) -> Value {
        let (row, column) = (Int32(row), Int32(column))
        let isNull = PQgetisnull(raw, row, column) == 1
        guard !isNull, let start = PQgetvalue(raw, row, column) else {
            return try Value.read(Span(), isNull: true, type: type(Int(column)))
        }
        let count = Int(PQgetlength(raw, row, column))
        let bytes = UnsafeRawPointer(start).assumingMemoryBound(to: UInt8.self)
        return try Value.read(Span(_unsafeStart: bytes, count: count), isNull: false, type: type(Int(column)))
    }
}
