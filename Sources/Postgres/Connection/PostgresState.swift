/// How a connection, pool or listener stands with the server.
public enum PostgresState: Equatable, Sendable {
    /// Not yet, and nothing has gone wrong so far.
    case connecting
    case up
    /// There is no connection; another attempt follows, but for what has been closed.
    case down(PostgresInterruption)
}
