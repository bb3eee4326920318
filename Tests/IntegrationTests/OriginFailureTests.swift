import Testing

/// An origin that does not do what it should: a page with the right status at the right deadline, a reason in the log, and
/// then the next request, on the same connection where there was a whole answer.
@Suite struct OriginFailureTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let status: String
        let reason: String
        let script: ScriptedOrigin.Script
        var testDescription: String { name }
    }

    /// Waits until the proxy gives up.
    static func stall(_ connection: RawConnection) throws { _ = try connection.end() }

    static let answered: [Case] = [
        Case(name: "closes at once", status: "502", reason: "closed the connection instead of answering") { _ in },
        Case(name: "closes after the request", status: "502", reason: "closed the connection instead of answering") {
            _ = try $0.receiveRequest()
        },
        Case(name: "resets after the request", status: "502", reason: "closed the connection instead of answering") {
            _ = try $0.receiveRequest()
            $0.reset()
        },
        Case(name: "never answers", status: "504", reason: "no answer in time") { try stall($0) },
        Case(name: "begins a head and stalls", status: "504", reason: "no answer in time") {
            _ = try $0.receiveRequest()
            try $0.send("HTTP/1.1 200 OK\r\nContent-")
            try stall($0)
        },
        Case(name: "says 103 and stalls", status: "504", reason: "no answer in time") {
            _ = try $0.receiveRequest()
            try $0.send("HTTP/1.1 103 Early Hints\r\n\r\n")
            try stall($0)
        },
        Case(name: "begins a head and closes", status: "502", reason: "closed the connection in the middle") {
            _ = try $0.receiveRequest()
            try $0.send("HTTP/1.1 200 OK\r\nContent-")
        },
        Case(name: "answers garbage", status: "502", reason: "malformed answer") {
            _ = try $0.receiveRequest()
            try $0.send("220 mail.test ESMTP ready\r\n\r\n")
            try stall($0)
        },
        Case(name: "answers two lengths", status: "502", reason: "malformed answer") {
            _ = try $0.receiveRequest()
            try $0.send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd")
            try stall($0)
        },
        Case(name: "answers a head without end", status: "502", reason: "malformed answer") {
            _ = try $0.receiveRequest()
            try $0.send("HTTP/1.1 200 OK\r\nX: " + String(repeating: "x", count: 200_000))
            try stall($0)
        },
        // In one piece, so that nothing of the answer has left when it turns out to be none.
        Case(name: "sends a chunk that is none", status: "502", reason: "malformed answer") {
            _ = try $0.receiveRequest()
            try $0.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nzz\r\n")
            try stall($0)
        },
        Case(name: "switches protocols unasked", status: "502", reason: "switched protocols without having been asked") {
            _ = try $0.receiveRequest()
            try $0.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n")
            try stall($0)
        },
    ]

    static func config(_ port: UInt16) -> ConfigText {
        ConfigText(
            upstream: port,
            with: [
                "upstream.first_byte_timeout": "300ms", "upstream.read_timeout": "300ms", "upstream.retries": 0,
                "upstream.eject_after": 1000, "server.loops": 1,
            ])
    }

    @Test(arguments: answered) func isAPageAndThenServesTheNextRequest(_ failure: Case) throws {
        let origin = try ScriptedOrigin { connection in
            let request = try connection.receiveHead()
            if request.target != "/fails" { return try ScriptedOrigin.answerWell(request, on: connection) }
            try connection.pretend(request, then: failure.script)
        }
        defer { origin.stop() }
        let program = try RunningProgram(Self.config(origin.port))
        defer { program.stop() }
        let client = try program.connect()
        let answer = try client.ask("/fails")
        #expect("\(answer.status)" == failure.status)
        #expect(answer["Content-Type"]?.hasPrefix("text/html") == true && answer.text.contains("<h1>\(failure.status) "))
        let line = try program.log.wait("upstream.failed")
        #expect(line["reason"].contains(failure.reason), "\(line)")
        #expect(line["upstream"] == "http://127.0.0.1:\(origin.port)" && line["status"] == failure.status)
        let access = try program.access.wait("access")
        #expect(access["status"] == failure.status && access["reason"].contains(failure.reason))
        #expect(try client.ask("/next").text.hasPrefix("GET /next"))
    }

    static let cut: [Case] = [
        Case(name: "stalls within the answer", status: "200", reason: "stalled in the middle of its answer") {
            try $0.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
            try stall($0)
        },
        Case(name: "closes within the answer", status: "200", reason: "closed the connection in the middle of its answer") {
            try $0.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
        },
        Case(name: "closes within the chunks", status: "200", reason: "closed the connection in the middle of its answer") {
            try $0.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n")
        },
    ]

    @Test(arguments: cut) func cutsTheConnectionWhereTheAnswerHadBegun(_ failure: Case) throws {
        let origin = try ScriptedOrigin { connection in
            while true {
                let request = try connection.receiveRequest()
                if request.target == "/fails" { return try failure.script(connection) }
                try ScriptedOrigin.answerWell(request, on: connection)
            }
        }
        defer { origin.stop() }
        let program = try RunningProgram(Self.config(origin.port))
        defer { program.stop() }
        let client = try program.connect()
        try client.send("GET /fails HTTP/1.1\r\nHost: site.test\r\n\r\n")
        let ending = try client.end()
        #expect(ending.isReset, "a client has to be able to tell half an answer from a whole one")
        let text = String(decoding: ending.bytes, as: UTF8.self)
        #expect(!text.hasSuffix("0\r\n\r\n") && !text.contains("<h1>"))
        #expect(try program.log.wait("upstream.failed")["reason"].contains(failure.reason))
        #expect(try program.access.wait("access")["reason"].contains(failure.reason))
        #expect(try program.ask("/next").text.hasPrefix("GET /next"))
    }

    @Test func resetWithinTheAnswerIsCut() throws {
        // The client tells the origin when it has seen the beginning, so that the reset does not overtake it.
        let seen = Shared(false)
        let origin = try ScriptedOrigin { connection in
            _ = try connection.receiveRequest()
            try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
            try seen.wait(for: "the client", until: \.self)
            connection.reset()
        }
        defer { origin.stop() }
        let program = try RunningProgram(Self.config(origin.port))
        defer { program.stop() }
        let client = try program.connect()
        try client.send("GET / HTTP/1.1\r\nHost: site.test\r\n\r\n")
        #expect(try client.receiveHead().status == 200)
        #expect(try client.receive(exactly: 4) == Array("half".utf8))
        seen.change { $0 = true }
        #expect(try client.end() == .byReset)
        #expect(try program.log.wait("upstream.failed")["reason"] == "reset the connection in the middle of its answer")
    }

    @Test func aChunkThatIsNoneIsCut() throws {
        let seen = Shared(false)
        let origin = try ScriptedOrigin { connection in
            _ = try connection.receiveRequest()
            try connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n")
            try seen.wait(for: "the client", until: \.self)
            try connection.send("zz\r\n")
            try Self.stall(connection)
        }
        defer { origin.stop() }
        let program = try RunningProgram(Self.config(origin.port))
        defer { program.stop() }
        let client = try program.connect()
        try client.send("GET / HTTP/1.1\r\nHost: site.test\r\n\r\n")
        #expect(try client.receiveHead().status == 200)
        #expect(try client.receive(exactly: 9) == Array("4\r\nhalf\r\n".utf8))
        seen.change { $0 = true }
        #expect(try client.end() == .byReset)
        #expect(try program.log.wait("upstream.failed")["reason"].contains("malformed answer"))
    }

    /// An origin that does not read the body of a GET takes it for the next request, and answers it to whoever comes then.
    @Test func theBodyOfAGetIsNobodysRequest() throws {
        let origin = try ScriptedOrigin { connection in
            while true {
                let request = try connection.receiveHead()
                try connection.answer(request.target)
                if request.target == "/next" { continue }
                // Answered when somebody else's request has come on this connection, which must not be.
                let hidden = try connection.receiveHead()
                _ = try connection.receiveHead()
                try connection.answer(hidden.target)
            }
        }
        defer { origin.stop() }
        let program = try RunningProgram(Self.config(origin.port))
        defer { program.stop() }
        let client = try program.connect()
        for round in 1...5 {
            let hidden = "GET /hidden HTTP/1.1\r\nHost: site.test\r\n\r\n"
            try client.send(
                "GET /\(round) HTTP/1.1\r\nHost: site.test\r\nContent-Length: \(hidden.utf8.count)\r\n\r\n\(hidden)")
            #expect(try client.receiveAnswer().text == "/\(round)")
            #expect(try client.ask("/next").text == "/next")
        }
    }

    @Test func nobodyListensAndThenSomebodyDoes() throws {
        let port = try unusedPort()
        let program = try RunningProgram(Self.config(port))
        defer { program.stop() }
        let client = try program.connect()
        #expect(try client.ask("/").status == 502)
        #expect(try program.log.wait("upstream.failed")["reason"].contains("Connection refused"))
        let origin = try ScriptedOrigin(port: port)
        defer { origin.stop() }
        #expect(try client.ask("/").status == 200)
    }

    @Test(arguments: [true, false]) func whatIsBehindAnAnswerIsNobodysAnswer(_ atOnce: Bool) throws {
        // More than was asked for, with the answer or, once the client has that, into the silence between two requests.
        let (seen, closed) = (Shared(0), Shared(0))
        let (good, poison) = (
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison"
        )
        let origin = try ScriptedOrigin { connection in
            _ = try connection.receiveRequest()
            try connection.send(atOnce ? good + poison : good)
            if !atOnce {
                try seen.wait(for: "the client") { $0 > closed.current }
                try connection.send(poison)
            }
            _ = try connection.end()
            closed.change { $0 += 1 }
        }
        defer { origin.stop() }
        let program = try RunningProgram(Self.config(origin.port))
        defer { program.stop() }
        let client = try program.connect()
        for round in 1...10 {
            #expect(try client.ask("/").text == "ok")
            seen.change { $0 = round }
            try closed.wait(for: "the connection to the origin to be closed") { $0 == round }
        }
    }

    @Test func aSecondServerAnswersForTheDeadOne() throws {
        let (dead, alive) = (try unusedPort(), try ScriptedOrigin.named("alive"))
        defer { alive.stop() }
        let program = try RunningProgram(ConfigText(upstream: dead, alive.port, with: ["upstream.eject_after": 3]))
        defer { program.stop() }
        let client = try program.connect()
        for _ in 0..<50 { #expect(try client.ask("/").text == "alive") }
        let line = try program.log.wait("upstream.ejected")
        #expect(line["upstream"] == "http://127.0.0.1:\(dead)")
        #expect(try program.metric("waitingroom_upstream_retries_total") >= 1)
    }

    @Test func aRequestThatChangesSomethingIsNotSentTwice() throws {
        let requests = Shared(0)
        let origin = try ScriptedOrigin { connection in
            let request = try connection.receiveRequest()
            if request.method == "POST" { requests.change { $0 += 1 } }
        }
        defer { origin.stop() }
        let program = try RunningProgram(ConfigText(upstream: origin.port, with: ["upstream.retries": 3]))
        defer { program.stop() }
        #expect(try program.ask("/", method: "POST", body: "pay").status == 502)
        #expect(requests.current == 1)
    }
}

extension RawConnection {
    /// Runs a script that reads a request itself, after its head has been read already.
    fileprivate func pretend(_ request: Message, then script: ScriptedOrigin.Script) throws {
        unread(
            Array((request.startLine + "\r\n" + request.fields.map { "\($0.name): \($0.value)\r\n" }.joined() + "\r\n").utf8)
        )
        try script(self)
    }
}
