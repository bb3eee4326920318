import Postgres

/// The one statement of each operation, for a schema.
struct PostgresStatements {
    let enter, beat, admit, claim, renew, release, leave, revoke, control, adapt, restore, read: PostgresStatement
    let heartbeat, move: PostgresStatement

    init(schema: String) {
        let schema = PostgresMigrations.quoted(schema)
        /// The room, the rules as one value, and so many parameters more.
        func call(_ function: String, and more: Int) -> PostgresStatement {
            let last = PostgresCallParameters.rulesCount + 1
            let rules = (2...last).map { "$\($0)" }.joined(separator: ", ")
            let rest = (last + 1..<last + 1 + more).map { ", $\($0)" }.joined()
            return PostgresStatement(
                "select * from \(schema).queue_\(function)($1, row(\(rules))::\(schema).queue_rules\(rest))")
        }
        enter = call("enter", and: 7)
        beat = call("beat", and: 4)
        admit = call("admit", and: 8)
        claim = call("claim", and: 4)
        renew = call("renew", and: 5)
        release = call("release", and: 4)
        leave = call("leave", and: 4)
        revoke = call("revoke", and: 5)
        control = call("control", and: 16)
        adapt = call("adapt", and: 7)
        restore = call("restore", and: 33)
        read = call("read", and: 5)
        let parameters = (1...24).map { "$\($0)" }.joined(separator: ", ")
        heartbeat = PostgresStatement(
            "select (mode).*, moved_ago, nodes, reaching, all_reaching_for, is_acknowledged "
                + "from \(schema).queue_heartbeat(\(parameters))")
        move = PostgresStatement("select is_moved from \(schema).queue_move($1, $2, $3, $4, $5, $6, $7, $8)")
    }
}
