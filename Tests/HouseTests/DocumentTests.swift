import Foundation
import Testing

/// What the papers and scripts beside the code must keep to.
@Suite struct DocumentTests {
    // MARK: README

    /// The commands of a README in the order in which they come: lines of fenced blocks.
    static func commands(_ readme: String) -> [String] {
        var isFenced = false
        var found: [String] = []
        for line in readme.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("```") {
                isFenced.toggle()
            } else if isFenced, let command = line.split(separator: "#", omittingEmptySubsequences: false).first {
                let words = command.split(separator: " ").filter { $0 != "$" }
                if !words.isEmpty { found.append(words.joined(separator: " ")) }
            }
        }
        return found
    }

    @Test func readmeBeginsWithRunAndTest() throws {
        let readme = try #require(SourceTree.text("README.md"), "README.md is missing")
        #expect(
            Self.commands(readme).prefix(2) == ["make run", "make test"],
            "The first two commands of README.md, in fenced blocks, are `make run` and `make test`.")
    }

    @Test func commandsAreRead() {
        let readme = "# A\n```sh\n$ make run   # the demo\n\nmake test\n```\nmake nothing\n"
        #expect(Self.commands(readme) == ["make run", "make test"])
    }

    // MARK: Packages

    /// Calls of apt outside of the one list; a message that passes the list on is one with a `$`.
    static func aptCalls(path: String, text: String) -> [Finding] {
        guard path != "scripts/setup" else { return [] }
        return text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap { at, line in
            let words = line.split { !($0.isLetter || $0 == "-") }
            for (first, second) in zip(words, words.dropFirst()) {
                if ["apt", "apt-get", "aptitude"].contains(first) && second == "install" {
                    return Finding(path: path, line: at + 1, what: String(line))
                }
            }
            return nil
        }
    }

    @Test func packagesAreNamedInSetupAlone() {
        let found = SourceTree.written.filter { !$0.path.hasPrefix("Tests/HouseTests/") }.flatMap(Self.aptCalls)
        #expect(found.isEmpty, "\(found.advising("Enter the Debian package in scripts/setup and call scripts/setup."))")
    }

    @Test func setupKnowsThePackagesOfThePackage() throws {
        let setup = try #require(SourceTree.text("scripts/setup"))
        let package = try #require(SourceTree.text("Package.swift"))
        for piece in package.split(separator: ".apt([\"", omittingEmptySubsequences: false).dropFirst() {
            let name = piece.prefix { $0 != "\"" }
            #expect(setup.contains("\n    \(name) "), "scripts/setup does not list \(name), which Package.swift names")
        }
    }

    @Test func aptCallsAreFound() {
        #expect(Self.aptCalls(path: "docs/X.md", text: "a\n    sudo apt-get install nginx\n").map(\.line) == [2])
        #expect(Self.aptCalls(path: "scripts/setup", text: "apt-get install nginx\n").isEmpty)
        #expect(Self.aptCalls(path: "docs/X.md", text: "Run scripts/setup to install what is missing.\n").isEmpty)
    }

    // MARK: Decisions

    static func misnamedDecisions(_ paths: [String]) -> [Finding] {
        let names = paths.filter { $0.hasPrefix("docs/decisions/") }.sorted()
        return names.enumerated().compactMap { at, path in
            let name = path.dropFirst("docs/decisions/".count)
            let digits = String(at + 1)
            let number = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
            guard !(name.hasPrefix(number + "-") && name.hasSuffix(".md")) else { return nil }
            return Finding(path: path, line: 1, what: "\(number)-what-was-decided.md is wanted here")
        }
    }

    @Test func decisionsAreNumbered() {
        let found = Self.misnamedDecisions(SourceTree.paths)
        #expect(
            found.isEmpty,
            "\(found.advising("Decision records are docs/decisions/0001-….md and on, each number once, none left out."))")
    }

    @Test func misnamedDecisionsAreFound() {
        let good = ["docs/decisions/0001-own-parser.md", "docs/decisions/0002-epoll.md", "docs/HTTP.md"]
        #expect(Self.misnamedDecisions(good).isEmpty)
        #expect(Self.misnamedDecisions(good + ["docs/decisions/0002-again.md"]).count == 1)
        #expect(Self.misnamedDecisions(["docs/decisions/epoll.md"]).count == 1)
    }

    // MARK: The project speaks of itself

    /// Hosts that text may point to, beside names without a dot and those reserved for examples.
    static let hosts: Set<String> = [
        "127.0.0.1", "0.0.0.0", "swift.org", "www.swift.org", "www.rfc-editor.org", "datatracker.ietf.org", "www.w3.org",
        "www.haproxy.org", "nginx.org", "redis.io", "www.postgresql.org", "prometheus.io", "opentelemetry.io",
        "developers.google.com", "www.bing.com", "search.developer.apple.com",
    ]
    static let reserved = [
        ".example", ".test", ".invalid", ".localhost", ".internal", "example.com", "example.org", "example.net",
    ]
    /// Folders that one person's machine has and another's has not.
    static let folders =
        ["/home/", "/root/", "/Users/", "/mnt/", "/media/", "/srv/", "/workspace/", "/builds/"] + [
            SourceTree.root.path(percentEncoded: false)
        ]

    static func strangers(path: String, text: String) -> [Finding] {
        text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().flatMap { at, line -> [Finding] in
            var found: [Finding] = []
            // Tests ask for all sorts of hosts.
            let links = path.hasPrefix("Tests/") ? "" : line
            for piece in links.split(separator: "://", omittingEmptySubsequences: false).dropFirst() {
                let host = String(piece.prefix { $0.isLetter || $0.isNumber || $0 == "." || $0 == "-" })
                let isKnown = !host.contains(".") || hosts.contains(host) || reserved.contains { host.hasSuffix($0) }
                let isNumeric = host.allSatisfy { $0.isNumber || $0 == "." }
                if !isKnown && !isNumeric { found.append(Finding(path: path, line: at + 1, what: "host \(host)")) }
            }
            for folder in folders where line.contains(folder) {
                let before = line[..<(line.range(of: folder)?.lowerBound ?? line.startIndex)].last
                let isWithinPath = before.map { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." || $0 == "}" } ?? false
                if !isWithinPath { found.append(Finding(path: path, line: at + 1, what: "folder \(folder)")) }
            }
            return found
        }
    }

    @Test func nothingPointsOutOfTheProject() {
        let found = SourceTree.written.filter { !$0.path.hasPrefix("Tests/HouseTests/") }.flatMap(Self.strangers)
        #expect(
            found.isEmpty,
            "\(found.advising("Take example.com, a temporary folder or a path within the tree; a host that readers need is entered in hosts."))"
        )
    }

    @Test func strangersAreFound() {
        let text =
            "https://example.com/a http://origin:80 http://127.0.0.1:1 http://192.0.2.7/\nhttps://ci.acme.dev/x\ncd /home/me/x\n$TMP/home/x\n"
        #expect(Self.strangers(path: "docs/X.md", text: text).map(\.line) == [2, 3])
    }
}
