import Postgres
import TestSupport
import Testing

/// Questions and answers on one connection to a real server.
@Suite struct QueryTests {
    private func expectEcho<Value: PostgresValue & Equatable>(
        _ client: Client, _ type: String, _ values: [Value]
    ) throws {
        for value in values {
            let echo: Value = try client.one("SELECT $1::\(type)", [value])
            #expect(echo == value, "\(type)")
        }
        #expect(try client.one("SELECT $1::\(type)", [Value?.none]) as Value? == nil)
    }

    @Test func everyTypeComesBack() throws {
        let client = try Client.connected()
        try expectEcho(client, "bool", [true, false])
        try expectEcho(client, "int2", [Int16.min, 0, .max])
        try expectEcho(client, "int4", [Int32.min, 0, .max])
        try expectEcho(client, "int8", [Int64.min, -1, 0, .max])
        try expectEcho(client, "int8", [Int.min, .max])
        try expectEcho(client, "float8", [-0.0, 1.5, .infinity, -.infinity, .leastNonzeroMagnitude])
        try expectEcho(client, "text", ["", "é\u{10ffff}\n'\"\\"])
        try expectEcho(client, "bytea", [[], [UInt8](0...255)])
        try expectEcho(client, "uuid", [PostgresUUID(high: .max, low: 1)])
        try expectEcho(
            client, "timestamptz",
            [.infinity, .negativeInfinity, PostgresTimestamp(unixMicroseconds: 1_700_000_000_123_456)])
        try expectEcho(client, "json", [PostgresJSON(#"{"a": [1, null]}"#)])
        try expectEcho(client, "int8[]", [[], [Int64.min, .max]])
        try expectEcho(client, "int8[]", [[Int64?.none, 1]])
        try expectEcho(client, "int4[]", [[Int32(1), 2]])
        try expectEcho(client, "text[]", [[], ["", "NULL", "a,b"]])
        try expectEcho(client, "bytea[]", [[], [[], [0, 255]]] as [[[UInt8]]])
        try expectEcho(client, "bool[]", [[true, false]])
        try expectEcho(client, "uuid[]", [[PostgresUUID(high: 1, low: 2)]])
        try expectEcho(client, "timestamptz[]", [[PostgresTimestamp(unixMicroseconds: 0)]])
    }

    @Test func theServerMeansTheSame() throws {
        let client = try Client.connected()
        let time = PostgresTimestamp(unixMicroseconds: 1_700_000_000_123_456)
        #expect(try client.one("SELECT $1::text", [time]) as String == "2023-11-14 22:13:20.123456+00")
        #expect(
            try client.one("SELECT to_timestamp(1700000000)") as PostgresTimestamp
                == .init(unixMicroseconds: 1_700_000_000_000_000))
        #expect(try client.one("SELECT $1::jsonb", [PostgresJSON(#"{"b":1}"#)]) as PostgresJSON == .init(#"{"b": 1}"#))
        #expect(try client.one("SELECT $1::text", [[Int64(1), 2]]) as String == "{1,2}")
        #expect(try client.one("SELECT '{{1},{2}}'::text") as String == "{{1},{2}}")
        #expect(try client.one("SELECT 'n'::name") as String == "n")
        #expect(try client.one("SELECT 'v'::varchar(3)") as String == "v")
        let fault = try client.fault("SELECT $1::timestamptz", [PostgresTimestamp(unixMicroseconds: .min + 1)])
        #expect(fault?.serverError?.code == PostgresCode(rawValue: "22008"))
        #expect(try client.fault("SELECT $1::text", ["a\0b"])?.serverError?.code == PostgresCode(rawValue: "22021"))
    }

    @Test func thousandsOfIdsAreOneParameter() throws {
        let client = try Client.connected()
        let numbers = (0..<10_000).map { Int64($0) * 7 }
        let keys = numbers.map { number in (0..<16).map { UInt8(truncatingIfNeeded: Int(number) >> ($0 % 4 * 8)) } }
        try client.execute("CREATE TABLE ticket (number int8 PRIMARY KEY, key bytea)")
        let sql = "INSERT INTO ticket SELECT * FROM unnest($1::int8[], $2::bytea[])"
        #expect(try client.query(sql, [numbers, keys]) { $0.affected } == 10_000)
        let back: [Int64] = try client.one(
            "SELECT array_agg(number ORDER BY number) FROM ticket WHERE key = ANY($1)", [keys])
        #expect(back == numbers)
        let same: [[UInt8]] = try client.one("SELECT array_agg(key ORDER BY number) FROM ticket")
        #expect(same == keys)
        let rows = try client.query("SELECT number, key FROM ticket ORDER BY number") { rows throws(PostgresFault) in
            var sum: Int64 = 0
            for row in rows { sum += try row.values(Int64.self, [UInt8].self).0 }
            return [rows.count, Int(sum)]
        }
        #expect(rows == [10_000, Int(numbers.reduce(0, +))])
    }

    @Test func rowsSayWhatTheyAreNot() throws {
        let client = try Client.connected()
        func fault(_ sql: String, _ read: @escaping @Sendable (PostgresRows) throws(PostgresFault) -> Void) throws -> String?
        {
            switch try client.outcome(PostgresStatement(sql), [], read) {
            case .failure(.decoding(let fault)): fault.description
            default: nil
            }
        }
        #expect(
            try fault("SELECT 1::int4 AS seat") { rows throws(PostgresFault) in _ = try rows[0].get("seat", as: Int64.self) }
                == "column seat of row 0: expected int8 (Int64), found int4")
        #expect(
            try fault("SELECT 1 AS a UNION ALL SELECT NULL") { rows throws(PostgresFault) in
                for row in rows { _ = try row.get(0, as: Int32.self) }
            } == "column a of row 1: expected int4 (Int32), found NULL")
        #expect(
            try fault("SELECT 1 AS a") { rows throws(PostgresFault) in _ = try rows[0].get("b", as: Int32.self) }
                == "column b of row 0: expected int4 (Int32), found 1 columns without it")
        #expect(
            try fault("SELECT 1 AS a") { rows throws(PostgresFault) in _ = try rows[0].values(Int32.self, Int32.self) }
                == "column count of row 0: expected 2 columns, found 1")
        #expect(
            try fault("SELECT '{{1,2}}'::int4[] AS deep") { rows throws(PostgresFault) in
                _ = try rows[0].get(0, as: [Int32].self)
            } == "column deep of row 0: expected int4[] (Array<Int32>), found an array of 2 dimensions")
    }

    @Test func rowsAreRead() throws {
        let client = try Client.connected()
        let read = try client.query("SELECT n::int8 AS n, NULLIF('x' || n, 'x2') AS t FROM generate_series(1, 3) n") {
            rows throws(PostgresFault) in
            var lines = rows.columns.map { "\($0.name) \($0.type)" }
            for row in rows {
                let (number, text) = try row.values(Int64.self, String?.self)
                lines.append("\(number) \(text ?? "-")")
            }
            return lines
        }
        #expect(read == ["n int8", "t text", "1 x1", "2 -", "3 x3"])
        try client.execute("CREATE TABLE t (a int)")
        #expect(try client.execute("INSERT INTO t SELECT generate_series(1, 5)") == "INSERT 0 5")
        #expect(try client.query("UPDATE t SET a = a + 1 WHERE a > $1", [Int32(2)]) { $0.affected } == 3)
    }

    @Test func aStatementIsPreparedOnce() throws {
        let client = try Client.connected()
        let statement = PostgresStatement("SELECT $1 AS prepared_once")
        for number in 1...5 {
            let echo = try client.outcome(statement, [Int64(number)]) { rows throws(PostgresFault) -> Int64 in
                try rows[0].get(0)
            }
            #expect(try echo.get() == Int64(number))
        }
        let count = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%prepared_once'"
        #expect(try client.one(count) as Int64 == 1)
        // Another type is another statement.
        #expect(
            try client.outcome(statement, ["a"]) { rows throws(PostgresFault) -> String in try rows[0].get(0) }.get() == "a")
        #expect(try client.one(count) as Int64 == 2)
        _ = try client.outcome(.once("SELECT 2 AS prepared_once"), []) { $0.count }.get()
        #expect(try client.one(count) as Int64 == 2)
    }

    @Test func beyondItsCeilingNothingIsPrepared() throws {
        var limits = PostgresLimits()
        limits.preparedMax = 3
        let client = try Client.connected(limits)
        for number in 0..<20 { #expect(try client.one("SELECT $1 + \(number)", [Int64(1)]) as Int64 == Int64(number + 1)) }
        #expect(try client.one("SELECT count(*) FROM pg_prepared_statements") as Int64 == 3)
    }

    @Test func whatIsPreparedForNothingIsPreparedAnew() throws {
        let client = try Client.connected()
        try client.execute("CREATE TABLE seat (a int4)")
        try client.execute("INSERT INTO seat VALUES (1)")
        let statement = PostgresStatement("SELECT * FROM seat")
        func columns() throws -> Int { try client.outcome(statement) { $0.columns.count }.get() }
        #expect(try columns() == 1)
        // cached plan must not change result type
        try client.execute("ALTER TABLE seat ADD b int4")
        #expect(try columns() == 2)
        // prepared statement does not exist
        try client.execute("DEALLOCATE ALL")
        #expect(try columns() == 2)
        try client.execute("DROP TABLE seat")
        #expect(try client.outcome(statement) { $0.count }.failure?.serverError?.code == .undefinedTable)
    }

    @Test func anErrorSaysWhatTheServerSays() throws {
        let client = try Client.connected()
        try client.execute(
            "CREATE TABLE hold (seat int8 CONSTRAINT one_hold_a_seat UNIQUE, until int4 NOT NULL CHECK (until > 0))")
        try client.execute("INSERT INTO hold VALUES (7, 1)")
        let fault = try #require(try client.fault("INSERT INTO hold VALUES ($1, 1)", [Int64(7)]))
        #expect(fault.isUniqueViolation)
        #expect(!fault.isRetrySafe && !fault.isOutcomeUnknown)
        let error = try #require(fault.serverError)
        #expect(error.constraint == "one_hold_a_seat" && error.table == "hold" && error.schema == "public")
        #expect(error.detail == "Key (seat)=(7) already exists.")
        #expect(!fault.description.contains("(7)"))
        #expect(fault.description.contains("23505") && fault.description.contains("one_hold_a_seat"))
        #expect(try client.fault("INSERT INTO hold VALUES (8, NULL)")?.serverError?.code == .notNullViolation)
        #expect(try client.fault("INSERT INTO hold VALUES (8, 0)")?.serverError?.code == .checkViolation)
        let syntax = try #require(try client.fault("SELECT 1 FROM FROM")?.serverError)
        #expect(syntax.code == .syntaxError && syntax.position == 15 && syntax.severity == "ERROR")
    }

    @Test func copyEndsTheConnectionAndNothingElse() throws {
        let client = try Client.connected()
        let fault = try #require(try client.fault("COPY (SELECT 1) TO STDOUT"))
        #expect(fault.isOutcomeUnknown)
        #expect(try client.fault("SELECT 1") == .closed)
    }
}

extension Result {
    var failure: Failure? {
        if case .failure(let failure) = self { return failure }
        return nil
    }
}
