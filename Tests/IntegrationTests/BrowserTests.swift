import Foundation
import TestSupport
import Testing

/// The page and the dashboard in real Chromium, which the scripts in `Browser` drive; each case is told there. Two browsers at once would
/// only share two cores.
@Suite(.serialized) struct BrowserTests {
    /// Names what was asked for, and ends the visit at `/done`.
    static let shop: ScriptedOrigin.Script = { connection in
        while true {
            let request = try connection.receiveRequest()
            try show(request, on: connection, release: request.target == "/done" ? "Waiting-Room: release\r\n" : "")
        }
    }

    /// Ends it by saying so to the waiting room, which is not on the way.
    static func shopBeside(_ room: Shared<UInt16>) -> ScriptedOrigin.Script {
        { connection in
            while true {
                let request = try connection.receiveRequest()
                if request.target == "/done", let pass = request["Waiting-Room-Pass"] {
                    let room = try RawConnection(to: room.current)
                    _ = try room.ask("/api/queue", ["Waiting-Room-Pass: \(pass)"], method: "DELETE")
                }
                try show(request, on: connection)
            }
        }
    }

    private static func show(_ request: Message, on connection: RawConnection, release: String = "") throws {
        let status = request.target == "/broken" ? "500 Broken" : "200 OK"
        let page = """
            <!doctype html><title>Shop</title><link rel="icon" href="data:,"><p id="origin">\(request.target)</p>\
            <p id="method">\(request.method)</p>
            """
        try connection.send(
            "HTTP/1.1 \(status)\r\nContent-Type: text/html\r\n\(release)Content-Length: \(page.utf8.count)\r\n\r\n\(page)")
    }

    /// A room of its own for a case, which lets one in at a time.
    private func start(_ origin: UInt16, with more: [String: ConfigText.Value] = [:]) throws -> RunningProgram {
        let folder = try TemporaryFolder()
        let config = ConfigText(
            upstream: origin,
            with: [
                "room.state": "auto", "room.rate": "50/s", "room.max_active": 1, "room.title": "Spring Tour",
                "server.state_dir": "\(folder.path)", "server.trusted_proxies": "127.0.0.1",
                // How fast the machine is, decides nothing here.
                "room.abandon_after": "1h", "room.session_idle": "1h", "room.claim_window": "1h",
            ]
        ).with(more)
        return try RunningProgram(config, folder: folder)
    }

    /// All in one browser, each as somebody else.
    private func play(_ script: String, _ cases: [(name: String, place: String)]) throws {
        let folder = try TemporaryFolder()
        let told = try BrowserScript.run(script, [folder.path] + cases.map { "\($0.name)=\($0.place)" })
        for (name, _) in cases { #expect(told.contains("\n\(name): as it should be"), "\(name): \(told)") }
    }

    @Test func visitorsFareWell() throws {
        let names = [
            "arrive_and_be_let_in", "go_in_by_itself", "reload_and_come_back", "lose_the_network", "without_script",
            "second_tab", "choose_a_language", "send_a_form", "lose_the_cookies", "stand_where_it_was", "look_en",
            "look_ko", "look_ja", "use_the_keyboard",
        ]
        let origin = try ScriptedOrigin(Self.shop)
        defer { origin.stop() }
        let programs = try names.map { _ in try start(origin.port) }
        defer { for program in programs { program.stop() } }
        try play("page_cases.py", zip(names, programs).map { ($0, "http://127.0.0.1:\(try $1.port)") })
    }

    @Test func operatorsFareWell() throws {
        let names = [
            "log_in_and_out", "see_the_figures_move", "change_the_rate", "pause_and_open", "say_something_to_all",
            "look_a_visitor_up", "follow_the_origin", "look",
        ]
        let origin = try ScriptedOrigin(Self.shop)
        defer { origin.stop() }
        let programs = try names.map { name in
            let isFollowing = name == "follow_the_origin" || name == "look"
            return try start(origin.port, with: isFollowing ? ["room.rate_min": "2/s", "room.rate_max": "60/s"] : [:])
        }
        defer { for program in programs { program.stop() } }
        let cases = try zip(names, programs).map { name, program in
            let token = program.folder.read("admin-token").trimmingCharacters(in: .whitespacesAndNewlines)
            return (name, "http://127.0.0.1:\(try program.port),http://127.0.0.1:\(try program.adminPort),\(token)")
        }
        try play("dashboard_cases.py", cases)
    }

    /// The same with nginx on the way, which asks, and the waiting room beside it.
    @Test func visitorsFareWellBesideNginx() throws {
        var running: [() -> Void] = []
        defer { for stop in running { stop() } }
        let cases = try ["arrive_and_be_let_in", "reload_and_come_back", "send_a_form"].map { name in
            let room = Shared<UInt16>(0)
            let origin = try ScriptedOrigin(Self.shopBeside(room))
            running.append { origin.stop() }
            let program = try start(unusedPort())
            running.append { program.stop() }
            let place = try program.port
            room.change { $0 = place }
            let port = try unusedPort()
            let front = try RunningFront.nginx(
                "authority.conf", port: port,
                changing: [
                    ("127.0.0.1:8080", "127.0.0.1:\(place)"), ("127.0.0.1:9000", "127.0.0.1:\(origin.port)"),
                    ("listen 80;", "listen 127.0.0.1:\(port);"),
                ], in: TemporaryFolder())
            running.append { front.stop() }
            return (name, "http://127.0.0.1:\(port)")
        }
        try play("page_cases.py", cases)
    }
}
