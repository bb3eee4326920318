import CPostgres
import Glibc
import Loop

/// libpq's connection: its non-blocking calls, each behind a safe signature. Closed once by `finish`.
final class PostgresWire {
    enum Polled {
        case wantsReading
        case wantsWriting
        case connected
        case failed
    }

    private var connection: OpaquePointer?
    /// The last words of a server that ends a session while nothing is asked, which libpq knows as a notice.
    private let farewell = Farewell()

    /// Nil when there is no memory for it.
    init?(_ parameters: [(key: String, value: String)]) {
        connection = Self.withCStrings(parameters.map(\.key)) { keys in
            Self.withCStrings(parameters.map(\.value)) { values in PQconnectStartParams(keys, values, 0) }
        }
        guard let connection else { return nil }
        // For the SQLSTATE, which is nowhere else when a connection fails.
        PQsetErrorVerbosity(connection, PQERRORS_VERBOSE)
        // The wire is not freed before the connection is.
        PQsetNoticeReceiver(
            connection,
            { argument, result in
                guard let argument, let error = PostgresResult.serverError(result), error.isFatal else { return }
                Unmanaged<Farewell>.fromOpaque(argument).takeUnretainedValue().words = error.description
            }, Unmanaged.passUnretained(farewell).toOpaque())
    }

    deinit { finish() }

    /// Ends the session and closes the socket, which must not be watched any more.
    func finish() {
        if let connection { PQfinish(connection) }
        connection = nil
    }

    private final class Farewell {
        var words: String?
    }

    // MARK: Connecting

    var isBroken: Bool { PQstatus(connection) == CONNECTION_BAD }
    /// Changes while connecting; -1 when there is none.
    var descriptor: Int32 { PQsocket(connection) }

    func poll() -> Polled {
        switch PQconnectPoll(connection) {
        case PGRES_POLLING_READING: .wantsReading
        case PGRES_POLLING_WRITING: .wantsWriting
        case PGRES_POLLING_OK: .connected
        default: .failed
        }
    }

    var connectFault: PostgresConnectFault {
        guard let words = PQerrorMessage(connection) else { return PostgresConnectFault(.unreachable, "no reason is known") }
        return PostgresConnectFault(
            libpq: String(cString: words), needsPassword: PQconnectionNeedsPassword(connection) == 1)
    }

    /// To be called once it is connected.
    func becomePipeline() -> Bool {
        PQsetErrorVerbosity(connection, PQERRORS_DEFAULT)
        return PQsetnonblocking(connection, 1) == 0 && PQenterPipelineMode(connection) == 1
    }

    var serverVersion: Int { Int(PQserverVersion(connection)) }
    var isEncrypted: Bool { PQsslInUse(connection) == 1 }
    var processID: Int32 { PQbackendPID(connection) }

    /// Between BEGIN and its end.
    var isInTransaction: Bool {
        let status = PQtransactionStatus(connection)
        return status == PQTRANS_INTRANS || status == PQTRANS_INERROR
    }

    // MARK: Sending

    func prepare(_ name: String, _ sql: String, types: [PostgresType]) -> Bool {
        PQsendPrepare(connection, name, sql, Int32(types.count), types.map(\.rawValue)) == 1
    }

    func execute(_ name: String, _ parameters: PostgresParameters) -> Bool {
        withValues(parameters) { values, lengths, formats in
            PQsendQueryPrepared(connection, name, Int32(parameters.count), values, lengths, formats, 1)
        } == 1
    }

    func executeOnce(_ sql: String, _ parameters: PostgresParameters) -> Bool {
        let types = parameters.types.map(\.rawValue)
        return withValues(parameters) { values, lengths, formats in
            PQsendQueryParams(connection, sql, Int32(parameters.count), types, values, lengths, formats, 1)
        } == 1
    }

    /// The end of a segment: the server commits, and starts anew behind an error.
    func sync() -> Bool { PQpipelineSync(connection) == 1 }

    /// `sync` sends at once, each time; held back, many of them go out together. To be let go in the same turn.
    func holdBack(_ isHeld: Bool) {
        Socket(descriptor: descriptor).set(TCP_CORK, level: Int32(IPPROTO_TCP), to: isHeld ? 1 : 0)
    }

    /// Several statements in one text, outside of the pipeline, which must be empty.
    func script(_ sql: String) -> Bool {
        PQexitPipelineMode(connection) == 1 && PQsendQuery(connection, sql) == 1
    }

    func resumePipeline() -> Bool { PQenterPipelineMode(connection) == 1 }

    /// True when all is with the kernel, false when the socket has to become writable, nil when the connection is gone.
    func flush() -> Bool? {
        switch PQflush(connection) {
        case 0: true
        case 1: false
        default: nil
        }
    }

    private func withValues(
        _ parameters: PostgresParameters,
        _ body: ([UnsafePointer<CChar>?], [Int32], [Int32]) -> Int32
    ) -> Int32 {
        // One byte more, so that the address of an empty value at the end is not nil, which would mean NULL.
        (parameters.bytes + [0]).withUnsafeBytes { bytes in
            let start = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
            let values = parameters.extents.map { $0.length < 0 ? nil : start?.advanced(by: $0.start) }
            let lengths = parameters.extents.map { Int32(clamping: max($0.length, 0)) }
            return body(values, lengths, Array(repeating: 1, count: values.count))
        }
    }

    // MARK: Receiving

    /// Fetches what has come. False when the connection is gone; what came before is still to be had from `next`.
    func consume() -> Bool {
        // TLS may hold decrypted bytes for which the socket will not become readable; a record is 16 KiB at most, and libpq
        // makes room for 8 KiB at least with each call.
        var isAlive = PQconsumeInput(connection) == 1
        var rounds = 0
        while isAlive, rounds < 64, shim_tls_pending(connection) > 0 {
            isAlive = PQconsumeInput(connection) == 1
            rounds += 1
        }
        return isAlive
    }

    /// Whether `next` would have to wait.
    var isBusy: Bool { PQisBusy(connection) == 1 }

    /// Nil at the end of each statement's results.
    func next() -> PostgresResult? { PQgetResult(connection).map(PostgresResult.init) }

    func nextNotification() -> (channel: String, payload: String)? {
        guard let notification = PQnotifies(connection) else { return nil }
        defer { PQfreemem(notification) }
        return (
            String(cString: notification.pointee.relname), notification.pointee.extra.map { String(cString: $0) } ?? ""
        )
    }

    /// What the server said at the end of the session, as an answer or unasked.
    var farewellWords: String? {
        get { farewell.words }
        set { farewell.words = newValue }
    }
    /// Why the connection is gone: the server's own words where it had any.
    var lastWords: String { farewell.words ?? PostgresResult.oneLine(PQerrorMessage(connection)) }

    private static func withCStrings<Result>(
        _ texts: [String], _ body: ([UnsafePointer<CChar>?]) -> Result
    ) -> Result {
        var bytes: [CChar] = []
        var starts: [Int] = []
        for text in texts {
            starts.append(bytes.count)
            bytes += text.utf8.map { CChar(bitPattern: $0) } + [0]
        }
        return bytes.withUnsafeBufferPointer { buffer in
            body(starts.map { start in buffer.baseAddress.map { $0 + start } } + [nil])
        }
    }
}
