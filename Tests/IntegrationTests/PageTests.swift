import Foundation
import Testing

/// The page as the program sends it.
@Suite struct PageTests {
    let origin: ScriptedOrigin
    let program: RunningProgram

    static func config(_ origin: ScriptedOrigin, _ more: [String: ConfigText.Value] = [:]) -> ConfigText {
        ConfigText(
            upstream: origin.port,
            with: ["room.state": "queue", "room.rate": "1/h", "room.burst": 1, "room.max_active": 0].merging(more) { $1 })
    }

    init() throws {
        origin = try ScriptedOrigin()
        let folder = try TemporaryFolder()
        program = try RunningProgram(Self.config(origin, ["server.state_dir": "\(folder.path)"]), folder: folder)
    }

    private func ask(_ target: String = "/tickets?a=b", _ fields: [String] = []) throws -> Message {
        try program.ask(target, ["Accept: text/html", "Connection: close"] + fields)
    }

    @Test func itIsSentInPlaceOfWhatWasAskedFor() throws {
        // In the first moments of a program a place is not known yet.
        try eventually("the place is said") { try ask().text.contains(/class="number">[1-9]/) }
        let page = try ask()
        #expect(page.status == 200 && page.text.contains("You are in line"))
        #expect(page.all("Cache-Control") == ["no-store"] && page.all("X-Robots-Tag") == ["noindex"])
        #expect(page.all("Content-Encoding").isEmpty && page.all("Content-Language") == ["en"])
        #expect(page.all("Content-Security-Policy").count == 1 && page.all("Set-Cookie").count == 1)
        #expect(page.text.contains("class=\"number\">") && page.text.contains("<noscript><meta http-equiv=\"refresh\""))
        #expect(try ask("/", ["Accept-Language: ja"]).text.contains("<html lang=\"ja\">"))
        let packed = try ask("/", ["Accept-Encoding: gzip"])
        #expect(packed.all("Content-Encoding") == ["gzip"])
        let other = try ask("/", ["Accept-Encoding: gzip;q=0, br"])
        #expect(other.all("Content-Encoding").isEmpty && other.text.contains("</html>"))
        let head = try program.ask("/", ["Accept: text/html", "Connection: close"], method: "HEAD")
        #expect(head.status == 200 && head.text.isEmpty)
        #expect(origin.accepted == 0)
    }

    /// curl unpacks it by itself, and is not ours; and so are the hashes that Python counts.
    @Test func othersUnpackItAndFindItsPolicyTrue() throws {
        let file = program.folder.path("page.html")
        let fields = try Tool.succeed([
            "curl", "--silent", "--compressed", "--dump-header", "-", "--output", file,
            "http://127.0.0.1:\(try program.port)/tickets",
        ])
        #expect(fields.contains("Content-Encoding: gzip"))
        let program = """
            import base64, hashlib, re, sys
            page = open(sys.argv[1], encoding="utf-8").read()
            for name in ("script", "style"):
                for code in re.findall(f"<{name}>(.*?)</{name}>", page, re.S):
                    print(name + "-src 'sha256-" + base64.b64encode(hashlib.sha256(code.encode()).digest()).decode() + "'")
            """
        let hashes = try Tool.succeed(["python3", "-c", program, file]).split(separator: "\n")
        #expect(hashes.count == 2)
        for hash in hashes { #expect(fields.contains(hash), "\(hash) is not in \(fields)") }
    }

    @Test func aChosenLanguageStays() throws {
        let answer = try ask("/api/queue/language?to=ko&back=/tickets?a=b&c=d")
        #expect(answer.status == 303 && answer.all("Location") == ["/tickets?a=b&c=d"])
        #expect(answer.all("Set-Cookie") == ["wr_lang=ko; Path=/; Max-Age=31536000; SameSite=Lax"])
        #expect(try ask("/", ["Cookie: wr_lang=ko", "Accept-Language: ja"]).text.contains("<html lang=\"ko\">"))
        #expect(try ask("/api/queue/language?to=ko&back=//evil.test/").status == 400)
    }

    @Test(arguments: [("closed", 503), ("paused", 200)]) func theStateOfTheSaleIsSaid(_ state: String, _ status: Int) throws
    {
        let folder = try TemporaryFolder()
        let other = try RunningProgram(
            Self.config(origin, ["room.state": .text(state), "server.state_dir": "\(folder.path)"]), folder: folder)
        defer { other.stop() }
        let fields = ["Accept: text/html", "Connection: close"]
        try eventually("it is \(state)") { try other.ask("/", fields).text.contains("data-state=\"\(state)\"") }
        let page = try other.ask("/", fields)
        #expect(page.status == status)
        #expect(page.all("Retry-After").isEmpty == (status == 200))
    }

    /// A page of one's own, which changes while the program runs; what is wrong with it changes nothing.
    @Test func aPageOfOnesOwn() throws {
        let folder = try TemporaryFolder()
        try folder.write("own.html", "<h1>Shop</h1><p>{{place}}</p>")
        let other = try RunningProgram(
            Self.config(origin, ["room.page": "own.html", "server.state_dir": "\(folder.path)"]), folder: folder)
        defer { other.stop() }
        let fields = ["Accept: text/html", "Connection: close"]
        try eventually("the page is filled") { try other.ask("/", fields).text.hasPrefix("<h1>Shop</h1><p>") }
        try eventually("the place is said") { try !other.ask("/", fields).text.contains("<p></p>") }
        try folder.replace("own.html", "<p>{{plase}}</p>")
        let refused = try other.log.wait("reload.refused")
        #expect(refused["reason"].contains("own.html:1: {{plase}} is no variable of a page; there are lang, "))
        #expect(try other.ask("/", fields).text.hasPrefix("<h1>Shop</h1>"))
        try folder.replace("own.html", "<h2>Shop</h2><p>{{behind}}</p>")
        try other.log.wait("reload.done")
        try eventually("the new page is sent") { try other.ask("/", fields).text.hasPrefix("<h2>Shop</h2>") }
    }

    @Test func aWrongPageIsToldBeforeItServes() throws {
        let folder = try TemporaryFolder()
        try folder.write("own.html", "<p>\n{{plase}}")
        let file = try folder.write("c.toml", Self.config(origin, ["room.page": "own.html"]).text)
        let check = try Tool.run([RunningProgram.executable, "check", "--config", file])
        #expect(check.exitCode == 2 && check.errors.contains("own.html:2: {{plase}} is no variable"))
        let missing = try folder.write("d.toml", Self.config(origin, ["room.page": "none.html"]).text)
        let other = try Tool.run([RunningProgram.executable, "check", "--config", missing])
        #expect(other.exitCode == 2 && other.errors.contains("none.html"))
    }
}
