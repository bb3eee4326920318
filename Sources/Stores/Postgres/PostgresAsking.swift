import Admission
import Loop
import Postgres

/// Asks one statement that gives one row, again where that is safe and may help, and says in a store's words what became
/// of it.
struct PostgresAsking {
    /// Of what the server undid because of others.
    static let retriesMax = 3

    let pool: PostgresPool
    let loop: EventLoop
    /// Nanoseconds for each call, retries included.
    let callTimeMax: UInt64

    func ask<Answer>(
        _ statement: PostgresStatement, _ parameters: [any PostgresValue],
        reading: @escaping (PostgresRow) throws(StoreFault) -> Answer,
        then: @escaping (Result<Answer, StoreFault>) -> Void
    ) {
        attempt(statement, parameters, deadline: loop.now + callTimeMax, retriesLeft: Self.retriesMax) { outcome in
            switch outcome {
            case .failure(let fault): then(.failure(StoreFault(fault)))
            case .success(let rows): then(Self.read(rows, reading))
            }
        }
    }

    private func attempt(
        _ statement: PostgresStatement, _ parameters: [any PostgresValue], deadline: UInt64, retriesLeft: Int,
        then: @escaping (Result<PostgresRows, PostgresFault>) -> Void
    ) {
        pool.query(statement, parameters, deadline: deadline) { outcome in
            if case .failure(let fault) = outcome, retriesLeft > 0, fault.isUndoneForOthers, loop.now < deadline {
                return attempt(statement, parameters, deadline: deadline, retriesLeft: retriesLeft - 1, then: then)
            }
            then(outcome)
        }
    }

    private static func read<Answer>(
        _ rows: PostgresRows, _ reading: (PostgresRow) throws(StoreFault) -> Answer
    ) -> Result<Answer, StoreFault> {
        guard rows.count == 1 else { return .failure(.nonsense("\(rows.count) rows where one is the answer")) }
        do throws(StoreFault) {
            return .success(try reading(rows[0]))
        } catch {
            return .failure(error)
        }
    }
}

extension PostgresFault {
    /// The server chose this one to give way; the next time it may not.
    var isUndoneForOthers: Bool {
        guard let code = serverError?.code else { return false }
        return code == .serializationFailure || code == .deadlockDetected
    }
}

extension StoreFault {
    init(_ fault: PostgresFault) {
        switch fault {
        case .notSent, .rolledBack, .server, .closed: self = .notDone("\(fault)")
        case .unknownOutcome: self = .unknown("\(fault)")
        case .overloaded: self = .overloaded
        case .decoding, .protocolViolation: self = .nonsense("\(fault)")
        }
    }
}
