import Admission
import Loop
import Postgres

/// The lines in a PostgreSQL database, see `SQL/tables.sql`. One function of the database for each operation: one round trip,
/// one transaction.
public final class PostgresStore: QueueStore {
    /// Two seconds.
    public static let callTimeDefault: UInt64 = 2_000_000_000

    private let asking: PostgresAsking
    private let statements: PostgresStatements
    private let clock: (() -> Microseconds)?

    /// `pool` of the same loop; its database prepared by `PostgresSchema`. `callTimeMax`: nanoseconds. `clock` is for tests:
    /// the server's own is right when several nodes ask.
    public init(
        _ pool: PostgresPool, on loop: EventLoop, schema: String = PostgresSchema.nameDefault,
        callTimeMax: UInt64 = callTimeDefault, clock: (() -> Microseconds)? = nil
    ) {
        asking = PostgresAsking(pool: pool, loop: loop, callTimeMax: callTimeMax)
        statements = PostgresStatements(schema: schema)
        self.clock = clock
    }

    public func perform(_ call: StoreCall, _ answer: @escaping (Result<StoreAnswer, StoreFault>) -> Void) {
        asking.ask(
            statement(of: call.operation), PostgresCallParameters.of(call, clock: clock.map { TimeBounds.time($0()) }),
            reading: { row throws(StoreFault) in try PostgresAnswers.answer(row, to: call) }, then: answer)
    }

    private func statement(of operation: StoreCall.Operation) -> PostgresStatement {
        switch operation {
        case .enter: statements.enter
        case .beat: statements.beat
        case .admit: statements.admit
        case .claim: statements.claim
        case .renew: statements.renew
        case .release: statements.release
        case .leave: statements.leave
        case .revoke: statements.revoke
        case .control: statements.control
        case .adapt: statements.adapt
        case .restore: statements.restore
        case .read: statements.read
        }
    }
}
