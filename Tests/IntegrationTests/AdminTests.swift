import Foundation
import Testing

/// What operators see.
@Suite struct AdminTests {
    @Test func metricsPleasePromtool() throws {
        let origin = try ScriptedOrigin()
        defer { origin.stop() }
        let program = try RunningProgram(ConfigText(upstream: origin.port))
        defer { program.stop() }
        for target in ["/", "/bytes/1000", "/echo"] { _ = try program.ask(target) }
        let page = try program.askAdmin("/metrics")
        #expect(page.status == 200 && page["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8")
        let tool = try Tool.run(["promtool", "check", "metrics"], input: page.text)
        #expect(tool.exitCode == 0 && tool.output.isEmpty && tool.errors.isEmpty, "\(tool.errors)\(tool.output)")
        #expect(try program.metric("waitingroom_requests_total{class=\"2xx\"}") == 3)
        #expect(try program.metric("waitingroom_upstream_requests_total") == 3)
        #expect(try program.metric("waitingroom_request_seconds_count") == 3)
    }

    @Test func theAdminListenerHasThreePagesAndNoOthers() throws {
        let program = try RunningProgram(ConfigText(upstream: 9))
        defer { program.stop() }
        for path in ["/healthz", "/metrics", "/"] { #expect(try program.askAdmin(path).status == 200) }
        #expect(try program.askAdmin("/other").status == 404)
        let post = try RawConnection(to: program.adminPort).ask("/metrics", method: "POST", body: "x")
        #expect(post.status == 405 && post["Allow"] == "GET, HEAD")
    }

    @Test func visitorsDoNotReachIt() throws {
        let origin = try ScriptedOrigin.named("the site")
        defer { origin.stop() }
        let program = try RunningProgram(ConfigText(upstream: origin.port))
        defer { program.stop() }
        for path in ["/metrics", "/healthz", "/readyz"] { #expect(try program.ask(path).text == "the site") }
    }

    @Test func itCanBeOff() throws {
        let origin = try ScriptedOrigin()
        defer { origin.stop() }
        let program = try RunningProgram(ConfigText(upstream: origin.port, with: ["admin.listen": "off"]))
        defer { program.stop() }
        #expect(try program.log.wait("serving")["admin"] == "off")
        #expect(try program.ask("/").status == 200)
    }

    @Test func readyIsTheTruthAboutTheUpstreams() throws {
        let isWell = Shared(true)
        let script: ScriptedOrigin.Script = { connection in
            while true {
                let request = try connection.receiveRequest()
                let isHealthCheck = request.target == "/health"
                try connection.answer("x", status: isHealthCheck && !isWell.current ? "500 Broken" : "200 OK")
            }
        }
        let origin = try ScriptedOrigin(script)
        defer { origin.stop() }
        let program = try RunningProgram(
            ConfigText(
                upstream: origin.port,
                with: [
                    "upstream.health_path": "/health", "upstream.health_interval": "50ms", "upstream.health_timeout": "50ms",
                ]))
        defer { program.stop() }
        try eventually("it is ready") { try program.askAdmin("/readyz").status == 200 }
        isWell.change { $0 = false }
        let down = try program.log.wait("upstream.down")
        #expect(down["reason"] == "answered 500 to /health" && down["upstream"] == "http://127.0.0.1:\(origin.port)")
        let answer = try program.askAdmin("/readyz")
        #expect(answer.status == 503 && answer.text.contains("answered 500 to /health"))
        #expect(try program.askAdmin("/healthz").status == 200, "a dead origin is no reason to restart this program")
        #expect(try program.metric("waitingroom_upstream_usable{upstream=\"http://127.0.0.1:\(origin.port)\"}") == 0)
        isWell.change { $0 = true }
        try program.log.wait("upstream.up")
        #expect(try program.askAdmin("/readyz").status == 200)
    }

    @Test func aServerThatIsDownGetsNoRequests() throws {
        let requests = Shared(0)
        let sick = try ScriptedOrigin { connection in
            let request = try connection.receiveRequest()
            if request.target != "/health" { requests.change { $0 += 1 } }
            try connection.answer("sick", status: "503 Sick")
        }
        let well = try ScriptedOrigin.named("well")
        defer {
            sick.stop()
            well.stop()
        }
        let program = try RunningProgram(
            ConfigText(
                upstream: sick.port, well.port,
                with: [
                    "upstream.health_path": "/health", "upstream.health_interval": "50ms", "upstream.health_timeout": "50ms",
                ]))
        defer { program.stop() }
        try program.log.wait("upstream.down")
        // The loops are told by a message each, which is there before the second's answer to the admin side.
        let client = try program.connect()
        try eventually("it gets no requests") { try client.ask("/").text == "well" }
        let before = requests.current
        for _ in 0..<50 { #expect(try client.ask("/").text == "well") }
        #expect(requests.current == before)
        #expect(try program.askAdmin("/readyz").status == 200, "one of two is enough")
    }

    @Test func aTraceIsPassedOnOrBegun() throws {
        let origin = try ScriptedOrigin()
        defer { origin.stop() }
        let program = try RunningProgram(ConfigText(upstream: origin.port))
        defer { program.stop() }
        let client = try program.connect()
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
        let passed = try client.ask("/passed", ["traceparent: 00-\(trace)-00f067aa0ba902b7-01", "tracestate: vendor=1"]).text
        let line = try #require(passed.split(separator: "\n").first { $0.lowercased().hasPrefix("traceparent:") })
        #expect(line.contains("00-\(trace)-") && line.hasSuffix("-01") && !line.contains("00f067aa0ba902b7"))
        #expect(passed.contains("tracestate: vendor=1"))
        #expect(try program.access.wait("access") { $0["target"] == "/passed" }["trace_id"] == trace)
        let begun = try client.ask("/begun", ["traceparent: nonsense"]).text
        let own = try #require(begun.split(separator: "\n").first { $0.lowercased().hasPrefix("traceparent:") })
        let logged = try program.access.wait("access") { $0["target"] == "/begun" }["trace_id"]
        #expect(logged.count == 32 && own.contains("-\(logged)-"))
    }

    @Test func theAccessLogSaysWhatWasAsked() throws {
        let origin = try ScriptedOrigin()
        defer { origin.stop() }
        let program = try RunningProgram(ConfigText(upstream: origin.port))
        defer { program.stop() }
        let client = try program.connect()
        let target = "/a?q=%22quoted%22&tab=%09"
        let fields = [
            "User-Agent: \"agent\\\u{7}\" \u{e9}".replacingOccurrences(of: "\u{7}", with: ""), "Referer: http://x.test/",
            "X-Request-ID: my-id-1",
        ]
        #expect(try client.ask(target, fields, method: "POST", body: "hello").status == 200)
        let line = try program.access.wait("access")
        let object = try JSONSerialization.jsonObject(with: Data(line.text.utf8)) as? [String: Any]
        let entry = try #require(object)
        #expect(entry["method"] as? String == "POST" && entry["target"] as? String == target)
        #expect(entry["host"] as? String == "site.test" && entry["client"] as? String == "127.0.0.1")
        #expect(entry["status"] as? Int == 200 && entry["bytes_received"] as? Int == 5)
        #expect((entry["bytes_sent"] as? Int ?? 0) > 100 && entry["referer"] as? String == "http://x.test/")
        #expect(entry["user_agent"] as? String == "\"agent\\\" \u{e9}")
        #expect(entry["upstream"] as? String == "http://127.0.0.1:\(origin.port)")
        #expect(entry["duration_ms"] is NSNumber && entry["upstream_ms"] is NSNumber)
        #expect((entry["time"] as? String)?.hasSuffix("Z") == true)
        #expect(try client.ask("/b").text.contains("X-Request-ID: "))
        let other = try program.access.wait("access") { $0["target"] == "/b" }
        #expect(other["request_id"].count == 32 && other["request_id"] != line["request_id"])
    }

    @Test func theAccessLogAsTextIsInTheCombinedFormat() throws {
        let origin = try ScriptedOrigin()
        defer { origin.stop() }
        let program = try RunningProgram(
            ConfigText(upstream: origin.port, with: ["log.access_format": "text", "log.format": "json"]))
        defer { program.stop() }
        _ = try program.ask("/combined", ["User-Agent: agent"])
        try eventually("the line is there") { program.access.count == 1 }
        #expect(program.access.text.hasPrefix("127.0.0.1 - - ["))
        #expect(
            program.access.text.contains("\"GET /combined HTTP/1.1\" 200 ")
                && program.access.text.contains("\"-\" \"agent\""))
    }
}
