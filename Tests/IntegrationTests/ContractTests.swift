import Foundation
import Testing

/// The program answers as `openapi.yaml` says, operation by operation, server-sent events included.
@Suite struct ContractTests {
    private struct Asking {
        var target: String
        var method = "GET"
        var fields: [String] = []
        let status: Int
    }

    private func askings(_ ticket: String) -> [Asking] {
        let (own, api) = (["Waiting-Room-Ticket: \(ticket)"], "/api/queue")
        var all: [Asking] = [
            Asking(target: api + "/enter", method: "POST", status: 200),
            Asking(target: api + "/enter?room=main", method: "POST", fields: own, status: 200),
            Asking(target: api + "/enter?path=/a", method: "POST", fields: ["Cookie: wr_ticket=\(ticket)"], status: 200),
            Asking(target: api + "/language?to=ko&back=/a?b=c", status: 303),
            Asking(target: api + "/language?to=ja&back=%2F", status: 303),
            Asking(target: api + "/language?to=fr&back=/", status: 400), Asking(target: api + "/language", status: 400),
            Asking(target: api + "/language", method: "POST", status: 405),
            Asking(target: api + "/enter?room=other", method: "POST", status: 404),
            Asking(target: api + "/enter", status: 405), Asking(target: api, status: 405),
            Asking(target: api + "?room=other", method: "DELETE", status: 404),
            Asking(target: api, method: "DELETE", status: 204),
        ]
        for path in ["/status", "/position", "/events"] {
            all += [
                Asking(target: api + path, status: 401),
                Asking(target: api + path + "?room=other", fields: own, status: 404),
                Asking(target: api + path, method: "POST", fields: own, status: 405),
                Asking(target: api + path, fields: ["Waiting-Room-Ticket: \(ticket.dropLast(5))AAAAA"], status: 401),
            ]
            if path != "/events" { all.append(Asking(target: api + path, fields: own, status: 200)) }
        }
        return all
    }

    private func expectStatus(_ body: [UInt8], _ contract: Contract, _ what: String) throws {
        let status = try #require(try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any], "\(what)")
        #expect(Set(status.keys).isSubset(of: contract.statusNames), "\(what): \(status)")
        #expect(Set(["room", "state", "canEnter", "pollAfterMs"]).isSubset(of: status.keys), "\(what): \(status)")
        #expect(contract.states.contains(status["state"] as? String ?? ""), "\(what): \(status)")
    }

    @Test func everythingIsAsItIsWritten() throws {
        let contract = try Contract()
        #expect(contract.statuses.count >= 6 && contract.states.count >= 10 && contract.problemNames.count == 4)
        let program = try RunningProgram(ConfigText(upstream: 9, with: ["room.state": "paused"]))
        defer { program.stop() }
        var ticket: String?
        try eventually("somebody waits") {
            ticket = try program.enter()
            return ticket != nil
        }
        var seen: [Contract.Operation: Set<Int>] = [:]
        for asking in askings(try #require(ticket)) {
            let answer = try program.ask(asking.target, asking.fields, method: asking.method)
            let what = "\(asking.method) \(asking.target)"
            #expect(answer.status == asking.status, "\(what) \(asking.fields)")
            let path = String(asking.target.prefix { $0 != "?" })
            let written = contract.statuses.filter { $0.key.path == path }
            #expect(!written.isEmpty, "\(path) is not written")
            // Another method is told of with every operation of the path.
            for (operation, statuses) in written where operation.method == asking.method || asking.status == 405 {
                #expect(statuses.contains(answer.status), "\(what): \(answer.status) is not written")
                seen[operation, default: []].insert(answer.status)
            }
            switch answer.status {
            case 200: try expectStatus(answer.body, contract, what)
            case 204, 303: #expect(answer.body.isEmpty, "\(what)")
            default:
                #expect(answer["Content-Type"] == "application/problem+json", "\(what)")
                let problem = try JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any] ?? [:]
                #expect(Set(problem.keys) == contract.problemNames && problem["status"] as? Int == answer.status, "\(what)")
                if answer.status == 405 { #expect(answer["Allow"] != nil, "\(what)") }
            }
        }
        seen[.init(path: "/api/queue/events", method: "GET"), default: []].insert(
            try listen(try #require(ticket), program, contract))
        // What is written is so, but for what it takes a crowd to see, and what proxies ask (`AuthorityTests`).
        let forProxies = ["/api/queue/authorize", "/api/queue/wait"]
        for (operation, statuses) in contract.statuses where !forProxies.contains(operation.path) {
            #expect(statuses.subtracting([429, 503]) == seen[operation] ?? [], "\(operation.method) \(operation.path)")
        }
    }

    /// The status of the answer, when its first event is a status.
    private func listen(_ ticket: String, _ program: RunningProgram, _ contract: Contract) throws -> Int {
        let stream = try program.connect()
        try stream.send("GET /api/queue/events HTTP/1.1\r\nHost: site.test\r\nWaiting-Room-Ticket: \(ticket)\r\n\r\n")
        let head = try stream.receiveHead()
        #expect(head["Content-Type"] == "text/event-stream" && head["Cache-Control"] == "no-store")
        let event = Array(try #require(try stream.receiveChunk()))
        #expect(event.starts(with: Array("data: ".utf8)) && event.suffix(2) == [10, 10])
        try expectStatus(Array(event.dropFirst(6)), contract, "an event")
        return head.status
    }
}
