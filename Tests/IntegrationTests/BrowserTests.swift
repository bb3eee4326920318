import Foundation
import TestSupport
import Testing

/// The page in real Chromium, which `Browser/page_cases.py` drives; each case is told there. Two browsers at once would
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
        let page = """
            <!doctype html><title>Shop</title><link rel="icon" href="data:,"><p id="origin">\(request.target)</p>\
            <p id="method">\(request.method)</p>
            """
        try connection.send(
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\(release)Content-Length: \(page.utf8.count)\r\n\r\n\(page)")
    }

    /// A room of its own for a case, which lets one in at a time.
    private func start(_ origin: UInt16) throws -> RunningProgram {
        let folder = try TemporaryFolder()
        let config = ConfigText(
            upstream: origin,
            with: [
                "room.state": "auto", "room.rate": "50/s", "room.max_active": 1, "room.title": "Spring Tour",
                "server.state_dir": "\(folder.path)", "server.trusted_proxies": "127.0.0.1",
                // How fast the machine is, decides nothing here.
                "room.abandon_after": "1h", "room.session_idle": "1h", "room.claim_window": "1h",
            ])
        return try RunningProgram(config, folder: folder)
    }

    /// All in one browser, each as somebody else.
    private func play(_ cases: [(name: String, port: UInt16)]) throws {
        let folder = try TemporaryFolder()
        let orders = cases.map { "\($0.name)=http://127.0.0.1:\($0.port)" }
        let told = try BrowserScript.run("page_cases.py", [folder.path] + orders)
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
        try play(zip(names, programs).map { ($0, try $1.port) })
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
            return (name, port)
        }
        try play(cases)
    }
}
