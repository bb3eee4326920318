/// An error as the server reported it.
///
/// The detail of a violated constraint quotes the row (`Key (seat)=(12) already exists.`), which is for whoever handles
/// the error and not for the log: `description` leaves it out.
public struct PostgresServerError: Error, Equatable, Sendable {
    /// `ERROR`, `FATAL` or `PANIC`, never translated.
    public var severity: String
    /// SQLSTATE.
    public var code: PostgresCode
    public var message: String
    public var detail: String?
    public var hint: String?
    public var schema: String?
    public var table: String?
    public var column: String?
    public var constraint: String?
    /// Where in the SQL, in characters from 1.
    public var position: Int?
    /// The function of the server that found it.
    var routine: String?

    /// The session is over, not only the statement.
    var isFatal: Bool { severity != "ERROR" }

    /// What was prepared is not on the server any more, or its plan gives something else since a table was changed ("cached
    /// plan must not change result type", which shares its code with much else). Prepared anew it will do.
    var isStaleStatement: Bool {
        code == .invalidStatementName || (code == .featureNotSupported && routine == "RevalidateCachedQuery")
    }

    /// It may well succeed when it is asked again.
    public var isTransient: Bool {
        [.serializationFailure, .deadlockDetected, .lockNotAvailable, .cannotConnectNow].contains(code)
            || isStaleStatement || code.rawValue.hasPrefix("53")
    }
}

extension PostgresServerError: CustomStringConvertible {
    public var description: String {
        var text = "\(severity) \(code.rawValue): \(message)"
        if let constraint, !message.contains(constraint) { text += " (constraint \(constraint))" }
        if let position { text += " (at character \(position))" }
        return text
    }
}

/// A SQLSTATE; the ones that a program decides by have names.
public struct PostgresCode: RawRepresentable, Hashable, Sendable {
    public let rawValue: String

    public init(rawValue: String) { self.rawValue = rawValue }

    public static let notNullViolation = PostgresCode(rawValue: "23502")
    public static let foreignKeyViolation = PostgresCode(rawValue: "23503")
    public static let uniqueViolation = PostgresCode(rawValue: "23505")
    public static let checkViolation = PostgresCode(rawValue: "23514")
    public static let exclusionViolation = PostgresCode(rawValue: "23P01")
    public static let serializationFailure = PostgresCode(rawValue: "40001")
    public static let deadlockDetected = PostgresCode(rawValue: "40P01")
    public static let lockNotAvailable = PostgresCode(rawValue: "55P03")
    public static let queryCanceled = PostgresCode(rawValue: "57014")
    public static let adminShutdown = PostgresCode(rawValue: "57P01")
    public static let cannotConnectNow = PostgresCode(rawValue: "57P03")
    public static let undefinedTable = PostgresCode(rawValue: "42P01")
    public static let syntaxError = PostgresCode(rawValue: "42601")
    static let featureNotSupported = PostgresCode(rawValue: "0A000")
    static let invalidStatementName = PostgresCode(rawValue: "26000")
}
