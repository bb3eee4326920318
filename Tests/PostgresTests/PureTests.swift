import TestSupport
import Testing

@testable import Postgres

/// What is decided without a server.
@Suite struct PureTests {
    // MARK: Settings

    @Test func aURLIsRead() throws {
        let settings = try PostgresSettings(
            url: "postgresql://us%40er:p%3Aa%2Fss@db.example:6543/the%20db?sslmode=verify-full&sslrootcert=/ca.pem"
                + "&application_name=edge%201&target_session_attrs=read-write")
        #expect(settings.user == "us@er" && settings.password == PostgresPassword("p:a/ss"))
        #expect(settings.host == "db.example" && settings.port == 6543 && settings.database == "the db")
        #expect(settings.encryption.mode == .verifyFull && settings.encryption.rootCertificate == "/ca.pem")
        #expect(settings.applicationName == "edge 1" && settings.isWritableWanted)
    }

    @Test func whatIsLeftOutHasAValue() throws {
        let settings = try PostgresSettings(url: "postgres://u@h/d")
        #expect(settings.port == 5432 && settings.password == nil && settings.encryption.mode == .prefer)
        let socket = try PostgresSettings(url: "postgres://u@/d?host=/run/postgresql")
        #expect(socket.host == "/run/postgresql" && socket.isSocketFolder)
        let six = try PostgresSettings(url: "postgres://u@[::1]:1/d")
        #expect(six.host == "::1" && six.port == 1 && six.description == "u at [::1]:1/d")
    }

    @Test(arguments: [
        ("mysql://u@h/d", "the URL does not begin with postgres://"),
        ("postgres://h/d", "no user: postgres://user@host/database"),
        ("postgres://u@h", "no database: postgres://user@host/database"),
        ("postgres://u@h/", "no database: postgres://user@host/database"),
        ("postgres://u@/d", "no host: postgres://user@host/database, or ?host=/run/postgresql for a socket"),
        ("postgres://u@h:0/d", "port 0 is not between 1 and 65535"),
        ("postgres://u@h:x/d", "port x is not between 1 and 65535"),
        ("postgres://u@[::1/d", "the host has [ and no ]"),
        ("postgres://u@[::1]1/d", "behind ] stands no port"),
        ("postgres://u@a,b/d", "several hosts: give one, or a name with several addresses"),
        ("postgres://u:50%@h/d", "the password has a % without two hexadecimal digits: write %25 for a %"),
        ("postgres://u:%00@h/d", "the password is not UTF-8 text without zero bytes"),
        ("postgres://u:%ff@h/d", "the password is not UTF-8 text without zero bytes"),
        ("postgres://u:pä@h/d", "the URL holds a character that has to be written as % and two digits"),
        (
            "postgres://u@h/d?sslmode=yes",
            "sslmode=yes: one of disable, allow, prefer, require, verify-ca, verify-full"
        ),
        (
            "postgres://u@h/d?sslmode=verify-full",
            "sslmode=verify-full needs sslrootcert, such as /etc/ssl/certs/ca-certificates.crt for public authorities"
        ),
        ("postgres://u@h/d?sslcert=/c.pem", "sslcert and sslkey go together"),
        (
            "postgres://u@h/d?passfile=/x",
            "passfile is not known: host, port, sslmode, sslrootcert, sslcert, sslkey, application_name, target_session_attrs"
        ),
    ])
    func aURLThatIsWrongSaysHow(_ url: String, _ words: String) {
        #expect(throws: PostgresSettingsFault(words)) { try PostgresSettings(url: url) }
    }

    @Test func aPasswordIsNeverPrinted() throws {
        let settings = try PostgresSettings(url: "postgres://u:secret@h/d")
        var dumped = ""
        dump(settings, to: &dumped)
        for text in ["\(settings)", String(reflecting: settings.password), dumped] {
            #expect(!text.isEmpty && !text.contains("secret"))
        }
    }

    @Test func nothingIsLeftToTheEnvironment() throws {
        let settings = try PostgresSettings(url: "postgres://u@h:1/d")
        let parameters = settings.libpqParameters(addresses: ["192.0.2.1", "2001:db8::1"])
        let named = Dictionary(uniqueKeysWithValues: parameters.map { ($0.key, $0.value) })
        #expect(named["host"] == "h,h" && named["hostaddr"] == "192.0.2.1,2001:db8::1" && named["port"] == "1,1")
        #expect(parameters.allSatisfy { !$0.value.isEmpty })
        #expect(named["gssencmode"] == "disable" && named["password"] == nil)
    }

    // MARK: Faults

    @Test func aConnectFaultKnowsItsKind() {
        func kind(_ words: String, needsPassword: Bool = false) -> PostgresConnectFault.Kind {
            PostgresConnectFault(libpq: words, needsPassword: needsPassword).kind
        }
        let server = "connection to server at \"h\" (192.0.2.1), port 1 failed: FATAL:  "
        let words = server + "28P01: password authentication failed for user \"u\"\nLOCATION:  auth_failed, auth.c:342\n"
        let fault = PostgresConnectFault(libpq: words, needsPassword: false)
        #expect(fault.kind == .authentication && !fault.isTransient)
        #expect(!fault.words.contains("LOCATION") && fault.words.contains("password authentication failed"))
        #expect(kind(server + "28000: no pg_hba.conf entry") == .authentication)
        #expect(kind("fe_sendauth: no password supplied\n", needsPassword: true) == .authentication)
        #expect(kind(server + "3D000: database \"d\" does not exist\n") == .refused(PostgresCode(rawValue: "3D000")))
        #expect(kind("connection to server failed: Connection refused\n\tIs the server running?") == .unreachable)
        #expect(PostgresConnectFault(.refused(.cannotConnectNow), "").isTransient)
        #expect(PostgresConnectFault(.refused(PostgresCode(rawValue: "53300")), "").isTransient)
        #expect(!PostgresConnectFault(.refused(PostgresCode(rawValue: "3D000")), "").isTransient)
    }

    @Test func whatMayBeTriedAgain() {
        let error = { (code: PostgresCode) in
            PostgresFault.server(PostgresServerError(severity: "ERROR", code: code, message: "m"))
        }
        let safe: [PostgresFault] = [
            .notSent(.deadlinePassed), .rolledBack(.closed), .overloaded(.calls), error(.serializationFailure),
            error(.deadlockDetected), .notSent(.cannotConnect(PostgresConnectFault(.unreachable, ""))),
        ]
        let unsafe: [PostgresFault] = [
            .unknownOutcome(.deadlinePassed), error(.uniqueViolation), .closed, .protocolViolation(""),
        ]
        for fault in safe { #expect(fault.isRetrySafe, "\(fault)") }
        for fault in unsafe { #expect(!fault.isRetrySafe, "\(fault)") }
        #expect((safe + unsafe).filter(\.isOutcomeUnknown) == [.unknownOutcome(.deadlinePassed)])
    }

    // MARK: Backoff

    @Test func pausesGrowToTheCeiling() {
        var backoff = PostgresBackoff(first: 100, ceiling: 1000)
        var bounds: [UInt64] = []
        for _ in 0..<100 {
            bounds.append(backoff.bound)
            #expect(backoff.failed(random: backoff.bound) == bounds.last)
        }
        #expect(bounds.prefix(6) == [100, 200, 400, 800, 1000, 1000] && bounds.last == 1000)
        backoff.succeeded()
        #expect(backoff.failed(random: 101) == 0)
        #expect(backoff.failed(random: .max) <= 200)
    }

    // MARK: Prepared statements

    @Test func namesAreTakenAndForgotten() {
        var prepared = PostgresPrepared(countMax: 2)
        guard case .prepareAndExecute(let one) = prepared.plan(1, types: [.int8]) else { return #expect(Bool(false)) }
        #expect(prepared.plan(1, types: [.int8]) == .execute(one))
        guard case .prepareAndExecute(let other) = prepared.plan(1, types: [.text]) else { return #expect(Bool(false)) }
        #expect(one.text != other.text)
        #expect(prepared.plan(2, types: []) == .once)
        #expect(prepared.plan(nil, types: []) == .once)
        prepared.forget(one)
        prepared.forget(one)
        guard case .prepareAndExecute(let again) = prepared.plan(1, types: [.int8]) else { return #expect(Bool(false)) }
        #expect(again.text != one.text)
        #expect(prepared.plan(1, types: [.text]) == .execute(other))
        #expect(prepared.plan(2, types: []) == .once)
    }

    // MARK: Progress

    private let error = PostgresServerError(severity: "ERROR", code: .uniqueViolation, message: "m")
    private let name = PostgresPrepared.Name(statement: 1, serial: 1)

    @Test func aSegmentIsCompleteAtItsSync() {
        var progress = PostgresProgress([.preparation(name), .execution, .execution])
        let actions = [.success, .success, .success, .sync].map { (event: PostgresProgress.Event) in progress.accept(event) }
        #expect(actions == [.none, .keep, .keep, .complete])
        #expect(progress.failure == nil)
        #expect(progress.interrupted(by: .deadlinePassed) == .unknownOutcome(.deadlinePassed))
    }

    @Test func anErrorSpoilsTheRestOfItsSegment() {
        var progress = PostgresProgress([.execution, .preparation(name), .execution])
        let events: [PostgresProgress.Event] = [.failed(error), .skipped, .skipped, .sync]
        #expect(events.map { progress.accept($0) } == [.none, .forget(name), .none, .complete])
        #expect(progress.failure == error)
        #expect(progress.interrupted(by: .deadlinePassed) == .server(error))
    }

    @Test func theCommitMayFail() {
        var progress = PostgresProgress([.execution])
        #expect([.success, .failed(error), .sync].map { progress.accept($0) } == [.keep, .none, .complete])
        #expect(progress.failure == error)
    }

    @Test func theEndOfTheSessionLeavesItOpen() {
        let fatal = PostgresServerError(severity: "FATAL", code: .adminShutdown, message: "m")
        var progress = PostgresProgress([.execution])
        _ = progress.accept(.failed(fatal))
        #expect(progress.interrupted(by: .connectionLost("x")) == .unknownOutcome(.connectionLost("x")))
    }

    @Test func whatWasNotAskedIsNoAnswer() {
        var early = PostgresProgress([.execution])
        #expect(early.accept(.sync) == .violation)
        var late = PostgresProgress([.execution])
        #expect([.success, .success].map { late.accept($0) } == [.keep, .violation])
    }

    // MARK: Fifo

    @Test func aFifoKeepsItsOrder() {
        var random = SeededRandom(seed: 7)
        var fifo = Fifo<Int>()
        var model: [Int] = []
        for number in 0..<5_000 {
            switch random.next() % 8 {
            case 0...3:
                fifo.append(number)
                model.append(number)
            case 4:
                fifo.prepend(number)
                model.insert(number, at: 0)
            case 5 where random.next() % 50 == 0:
                #expect(fifo.remove { $0 % 3 == 0 } == model.filter { $0 % 3 == 0 })
                model.removeAll { $0 % 3 == 0 }
            default: #expect(fifo.removeFirst() == (model.isEmpty ? nil : model.removeFirst()))
            }
            #expect(fifo.count == model.count && fifo.first == model.first)
        }
        #expect(fifo.all == model && fifo.removeAll() == model && fifo.isEmpty)
    }

    // MARK: Migrations

    @Test func whichMigrationsAreDue() {
        let (one, two, three) = (
            PostgresMigration(1, "one", "a"), PostgresMigration(2, "two", "b"), PostgresMigration(3, "three", "c")
        )
        func plan(
            _ list: [PostgresMigration], _ found: [PostgresMigration]
        ) -> Result<[PostgresMigration], PostgresMigrationFault> {
            PostgresMigrations.plan(list, found: found.map { ($0.number, $0.checksum) })
        }
        #expect(plan([one, two, three], []) == .success([one, two, three]))
        #expect(plan([one, two, three], [one, two]) == .success([three]))
        #expect(plan([one], [one]) == .success([]))
        #expect(plan([], []) == .success([]))
        #expect(plan([one, three], [one]) == .success([three]))
        #expect(plan([two, one], []) == .failure(.notOrdered(1)))
        #expect(plan([one, one], []) == .failure(.notOrdered(1)))
        #expect(plan([PostgresMigration(0, "zero", "")], []) == .failure(.notOrdered(0)))
        #expect(plan([one, two], [one, two, three]) == .failure(.databaseIsNewer(found: 3, known: 2)))
        #expect(plan([one, two, three], [one, three]) == .failure(.missedOut(2, "two")))
        #expect(plan([PostgresMigration(1, "one", "z")], [one]) == .failure(.changed(1, "one")))
    }
}
