import Foundation
import Testing

/// Rooms in the hands of operators: who may, what is changed, and that it is written down.
@Suite struct RoomAPITests {
    private func start(_ more: [String: ConfigText.Value] = [:]) throws -> (RunningProgram, AdminPort) {
        let folder = try TemporaryFolder()
        let slow: [String: ConfigText.Value] = ["room.rate": "1/h", "room.burst": 1, "room.max_active": "off"]
        let program = try RunningProgram(
            .room(upstream: 9, in: folder, with: slow.merging(more) { $1 }), folder: folder)
        return (program, try AdminPort(program))
    }

    private func audit(_ program: RunningProgram) throws -> [Answered] {
        try program.folder.read("state/audit.log").split(separator: "\n").map { line in
            var message = Message(head: Array("HTTP/1.1 200 OK".utf8))
            message.body = Array(line.utf8)
            return try Answered(message)
        }
    }

    @Test func aTokenIsMadeForItsOwnerAloneAndSaidWhereNotWhich() throws {
        let (program, admin) = try start()
        defer { program.stop() }
        let line = try program.log.wait("admin.token_made")
        #expect(line["file"] == program.folder.path("state/admin-token"))
        let attributes = try FileManager.default.attributesOfItem(atPath: line["file"])
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        #expect(admin.token.count >= 40 && !program.log.text.contains(admin.token))
    }

    @Test func nothingIsSeenWithoutIt() throws {
        let (program, admin) = try start()
        defer { program.stop() }
        for path in ["/api/rooms", "/api/rooms/main", "/api/rooms/main/history", "/api/session", "/api/nothing"] {
            let answer = try admin.ask(path, isLoggedIn: false)
            #expect(answer.status == 401 && answer["WWW-Authenticate"]?.hasPrefix("Bearer") == true)
            #expect(answer["Content-Type"] == "application/problem+json" && answer["Cache-Control"] == "no-store")
        }
        let change = try admin.post("/api/rooms/main/controls", "{\"rate\":\"5/s\"}", isLoggedIn: false)
        #expect(change.status == 401)
        #expect(try admin.room().text("rate") == "1/h")
        for path in ["/healthz", "/readyz", "/metrics"] { #expect(try admin.ask(path, isLoggedIn: false).status != 401) }
    }

    @Test func wrongTriesPauseAndTheRightOneWaitsWithThem() throws {
        let (program, admin) = try start()
        defer { program.stop() }
        for _ in 0..<3 {
            #expect(try admin.ask("/api/rooms", ["Authorization: Bearer wrong"], isLoggedIn: false).status == 401)
        }
        let paused = try admin.ask("/api/rooms")
        #expect(paused.status == 429 && paused["Retry-After"] != nil)
        try eventually("the pause is over") { try admin.ask("/api/rooms").status == 200 }
    }

    @Test func aRoomSaysWhatGoesOn() throws {
        let (program, admin) = try start()
        defer { program.stop() }
        for _ in 0..<5 { _ = try program.enter() }
        try eventually("four wait") { try admin.room().number("waiting") == 4 }
        let room = try admin.room()
        #expect(room.number("active") == 1 && room.text("phase") == "auto" && room.text("store.inUse") == "memory")
        #expect(room.number("totals.admitted") == 1 && (room["nodes"] as? [Any])?.count == 1)
        let all = try Answered(try admin.ask("/api/rooms"))
        #expect((all["rooms"] as? [[String: Any]])?.map { $0["room"] as? String } == ["main"])
        #expect(try admin.ask("/api/rooms/other").status == 404)
        try eventually("there is a history") {
            let history = try Answered(try admin.ask("/api/rooms/main/history"))
            return (history["waiting"] as? [Any])?.contains { ($0 as? NSNumber)?.intValue == 4 } ?? false
        }
        #expect(try program.metric("waitingroom_room_waiting{room=\"main\",lane=\"general\"}") == 4)
        #expect(try program.metric("waitingroom_room_admitted_total{room=\"main\"}") == 1)
    }

    @Test func aChangeIsInForceWhenItIsAnsweredAndIsWrittenDown() throws {
        let (program, admin) = try start()
        defer { program.stop() }
        for _ in 0..<5 { _ = try program.enter() }
        let answer = try Answered(try admin.post("/api/rooms/main/controls", "{\"rate\":\"1000/s\",\"message\":\"Soon\"}"))
        #expect(answer.status == 200 && answer["applied"] as? Bool == true)
        #expect(answer.text("room.rate") == "1000/s" && answer.text("room.controls.live.rate.configured") == "1/h")
        #expect(answer.text("room.controls.live.rate.by") == "operator from 127.0.0.1")
        try eventually("all are let in") { try admin.room().number("totals.admitted") == 5 }
        #expect(try admin.post("/api/rooms/main/controls", "{\"rate\":null}").status == 200)
        #expect(try admin.room().text("rate") == "1/h" && admin.room().text("controls.live.message.value") == "Soon")
        try eventually("both are written down") { try audit(program).count == 2 }
        let lines = try audit(program)
        #expect(
            lines[0].text("who") == "operator" && lines[0].text("address") == "127.0.0.1" && lines[0].text("room") == "main")
        #expect(lines[0].text("details.rate.to") == "1000/s" && lines[0].text("details.rate.configured") == "1/h")
        #expect(lines[1].text("details.rate.from") == "1000/s" && lines[1]["details.rate.to"] is NSNull)
        #expect(program.log.all("admin.change").count == 2)
    }

    @Test func theAuditLogMayBeRotated() throws {
        let (program, admin) = try start()
        defer { program.stop() }
        #expect(try admin.post("/api/rooms/main/controls", "{\"burst\":2}").status == 200)
        try eventually("it is written") { try audit(program).count == 1 }
        #expect(rename(program.folder.path("state/audit.log"), program.folder.path("state/audit.log.1")) == 0)
        program.signal(SIGUSR1)
        try program.log.wait("logs.reopened")
        #expect(try admin.post("/api/rooms/main/controls", "{\"burst\":3}").status == 200)
        try eventually("the new one is written") { try audit(program).count == 1 }
        #expect(program.folder.read("state/audit.log.1").split(separator: "\n").count == 1)
    }

    @Test func aDryRunSaysAndChangesNothing() throws {
        let (program, admin) = try start(["room.rate": "20/m", "room.burst": 2])
        defer { program.stop() }
        for _ in 0..<30 { _ = try program.enter() }
        try eventually("it is foreseen") {
            let answer = try Answered(try admin.post("/api/rooms/main/controls?dry_run=1", "{\"rate\":\"10/s\"}"))
            guard let now = answer.number("now.medianSeconds.high"), let then = answer.number("then.medianSeconds.high"),
                let says = answer.text("says")
            else { return false }
            return now > 4 * then && then > 0 && says.hasPrefix("this change moves the median wait from ")
        }
        let pause = try Answered(try admin.post("/api/rooms/main/controls?dry_run=1", "{\"state\":\"paused\"}"))
        #expect(pause.text("says")?.hasPrefix("nobody is let in") == true && pause["then.medianSeconds"] is NSNull)
        #expect(try admin.room().text("rate") == "20/m" && admin.room().text("state") == "auto")
        #expect(try audit(program).isEmpty)
    }

    @Test func bodiesAreBoundedAndHaveToBeJSON() throws {
        let (program, admin) = try start()
        defer { program.stop() }
        let path = "/api/rooms/main/controls"
        let long = "{\"message\":\"" + String(repeating: "x", count: 20_000) + "\"}"
        #expect(try admin.post(path, long).status == 413)
        #expect(try admin.post(path, "rate=5", ["Content-Type: application/x-www-form-urlencoded"]).status == 415)
        #expect(try admin.post(path, "{").status == 400)
        #expect(try admin.post(path, "{\"speed\":1}").status == 422)
        #expect(try admin.post("/api/rooms/other/controls", "{\"burst\":1}").status == 404)
        let get = try admin.ask(path)
        #expect(get.status == 405 && get["Allow"] == "POST")
        #expect(try audit(program).isEmpty)
    }

    @Test func aTicketHasATimelineAndIsRevoked() throws {
        let (program, admin) = try start()
        defer { program.stop() }
        _ = try program.enter()
        let ticket = try #require(try program.enter())
        let path = "/api/rooms/main/tickets/\(ticket)"
        func events() throws -> [String] {
            (try Answered(try admin.ask(path))["events"] as? [[String: Any]] ?? []).compactMap { $0["what"] as? String }
        }
        #expect(try events() == ["joined"])
        let revoked = try Answered(try admin.post("/api/rooms/main/revoke", "{\"ticket\":\"\(ticket)\",\"for\":\"10m\"}"))
        #expect(revoked.status == 200 && revoked.text("for") == "10m")
        #expect(try events() == ["joined", "revoked"])
        try eventually("it is out") {
            let asked = try program.ask("/api/queue/status", ["Waiting-Room-Ticket: \(ticket)"])
            return try Answered(asked).text("state") == "revoked"
        }
        #expect(try admin.ask("/api/rooms/main/tickets/nonsense").status == 404)
        #expect(try admin.post("/api/rooms/main/revoke", "{\"ticket\":\"nonsense\"}").status == 422)
        #expect(try admin.post("/api/rooms/main/revoke", "{\"ticket\":\"\(ticket)\",\"for\":\"forever\"}").status == 422)
        try eventually("it is written down") { try audit(program).map { $0.text("what") } == ["revoke"] }
    }

    @Test func whoseTokenItIsIsWrittenDownAndTokensMayChange() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("tokens", "# who\nann ann-has-this-long-token\nbob bob-has-this-long-token\n")
        let program = try RunningProgram(
            .room(upstream: 9, in: folder, with: ["admin.token_file": .text(file)]), folder: folder)
        defer { program.stop() }
        let admin = try AdminPort(program)
        func change(_ token: String) throws -> Int {
            try admin.post(
                "/api/rooms/main/controls", "{\"burst\":5}", ["Authorization: Bearer \(token)"], isLoggedIn: false
            ).status
        }
        #expect(try change("bob-has-this-long-token") == 200)
        try eventually("it says whose") { try audit(program).first?.text("who") == "bob" }
        try folder.write("tokens", "ann ann-has-this-long-token\n")
        program.signal(SIGHUP)
        try program.log.wait("reload.done")
        #expect(try change("bob-has-this-long-token") == 401)
        #expect(try change("ann-has-this-long-token") == 200)
    }
}
