import Testing

@testable import Settings

/// Every key of the table, given what it cannot hold: each has to be refused by file, line, section and key, with what
/// would be right.
struct MutationTests {
    static let impossible = [
        "1979-05-27", "1979-05-27T07:32:00Z", "07:32:00", "nan", "-inf", "1.5", "-1", "{}", "{ a = 1 }", "[[]]", "[nan]",
        "\"\\u0000\"", "\"\\u202e\"", "\"-1\"", "9223372036854775807", "\" \"",
    ]

    @Test(arguments: Settings.keys.map(\.path)) func isRefused(_ path: String) throws {
        let key = try #require(Settings.key(path))
        for value in Self.impossible + key.beyond where !Self.isPossible(value, for: path) {
            let text = "# one\n[\(key.section)]\n\n\(key.name) = \(value)\n"
            let problems = #expect(throws: SettingsProblems.self) { _ = try Settings.load(text: text) }
            let lines = problems?.description.split(separator: "\n") ?? []
            #expect(!lines.isEmpty)
            for line in lines {
                #expect(line.hasPrefix("config.toml:4: [\(key.section)] \(key.name): "), "\(value): \(line)")
                let helps = ["; try ", "keep one", "is not known in a certificate; certificate and key are"].contains {
                    line.contains($0)
                }
                #expect(helps, "\(value): \(line)")
                #expect(!line.hasSuffix("try "), "\(value): \(line)")
            }
        }
    }

    /// What a problem says to try has to be right: it is put in place of the mistake and read again.
    @Test(arguments: Settings.keys.map(\.path)) func whatIsSaidToTryIsRight(_ path: String) throws {
        let key = try #require(Settings.key(path))
        let more = [
            "1", "0", "100", "65536", "\"10 sec\"", "\"64k\"", "\"1 MB\"", "\"5\"", "\"100/sec\"", "\"1.5h\"", "\"x\"",
        ]
        for value in Self.impossible + key.beyond + more {
            var settings = Settings()
            let document = try TOMLDocument(Array("\(key.name) = \(value)".utf8), file: "config.toml")
            let faults = key.read(try #require(document.items.first), &settings)
            for instead in faults.compactMap(\.instead) where faults.count == 1 {
                let whole = [
                    "certificates": "[{ certificate = \"a\", key = \"b\" }]", "lanes": "[{ name = \"a\" }]",
                    "bypass_crawlers": "[{ agent = \"Googlebot\", networks = \"10.0.0.0/8\" }]",
                ]
                let right = instead.hasPrefix("[") ? instead : whole[key.name] ?? instead
                let again = try TOMLDocument(Array("\(key.name) = \(right)".utf8), file: "config.toml")
                #expect(key.read(try #require(again.items.first), &settings) == [], "\(path) = \(value), then \(instead)")
            }
        }
    }

    /// The default, written and read again, is itself.
    @Test func everyDefaultReadsAsItself() throws {
        for key in Settings.keys {
            var settings = Settings()
            let text = "\(key.name) = \(key.write(settings))"
            let item = try #require(try TOMLDocument(Array(text.utf8), file: "config.toml").items.first)
            #expect(key.read(item, &settings) == [], "\(key.path)")
            #expect(settings == Settings(), "\(key.path)")
        }
    }

    /// An empty list of certificates-to-be or a space for a path are odd, but somebody may mean them.
    private static func isPossible(_ value: String, for path: String) -> Bool {
        switch value {
        case "\" \"", "\"-1\"":
            [
                "server.state_dir", "upstream.tls_ca", "log.output", "log.access", "tls.ciphers", "room.title", "room.page",
                "tokens.keys_file", "admin.token_file", "store.node", "tokens.ticket_cookie", "tokens.pass_cookie",
                "people.key_file", "people.cookie", "people.claim", "people.issuer", "people.audience",
            ].contains(path)
                && !(value == "\" \""
                    && ["tls.ciphers", "store.node", "tokens.ticket_cookie", "tokens.pass_cookie", "people.cookie"].contains(
                        path))
        default: false
        }
    }
}
