import TestSupport
import Testing

/// What a person sees who types something.
@Suite struct CommandLineTests {
    private func run(_ arguments: String..., in folder: TemporaryFolder? = nil) throws -> FinishedProgram {
        try Tool.run([RunningProgram.executable] + arguments, in: folder?.path)
    }

    @Test(arguments: [["help"], ["--help"], []]) func helpSaysWhatThereIs(_ arguments: [String]) throws {
        let tool = try Tool.run([RunningProgram.executable] + arguments)
        #expect(tool.exitCode == 0)
        for word in ["serve", "check", "version", "--upstream", "Exit codes"] { #expect(tool.output.contains(word)) }
        #expect(tool.errors.isEmpty)
    }

    @Test(arguments: [["help", "serve"], ["serve", "--help"], ["serve", "-h"]])
    func helpOfServeListsFlagsAndSignals(_ arguments: [String]) throws {
        let tool = try Tool.run([RunningProgram.executable] + arguments)
        #expect(tool.exitCode == 0)
        for word in ["--config", "--listen", "--upstream", "--admin", "--limit", "USR2", "HUP"] {
            #expect(tool.output.contains(word))
        }
    }

    @Test func versionIsOneLine() throws {
        let tool = try run("version")
        #expect(tool.exitCode == 0)
        let words = tool.output.split(whereSeparator: \.isWhitespace)
        #expect(words.count == 2 && words.first == "waitingroom" && words.last?.split(separator: ".").count == 3)
    }

    @Test func whatIsNoCommandSaysWhichThereAre() throws {
        let tool = try run("start")
        #expect(tool.exitCode == 2)
        #expect(tool.errors.contains("\"start\" is no command") && tool.errors.contains("serve, check, room"))
    }

    @Test func whatIsNoFlagSaysWhichThereAre() throws {
        let tool = try run("serve", "--port", "80")
        #expect(tool.exitCode == 2)
        #expect(tool.errors.contains("\"--port\" is no flag of serve") && tool.errors.contains("--listen"))
    }

    @Test func aFlagWithoutItsValueSaysAnExample() throws {
        let tool = try run("serve", "--upstream")
        #expect(tool.exitCode == 2)
        #expect(tool.errors.contains("--upstream needs a value, such as --upstream http://127.0.0.1:3000"))
    }

    @Test func serveNeedsAnUpstream() throws {
        let tool = try run("serve", "--listen", "127.0.0.1:0")
        #expect(tool.exitCode == 2)
        #expect(tool.errors.contains("--upstream") && tool.errors.contains("is missing"))
    }

    @Test func aConfigurationThatIsNotThereIsNamed() throws {
        let tool = try run("serve", "--config", "/nowhere/config.toml")
        #expect(tool.exitCode == 2)
        #expect(tool.errors.contains("/nowhere/config.toml") && tool.errors.contains("No such file"))
    }

    @Test func checkFindsNothingWrongWithTheShippedConfiguration() throws {
        let root = #filePath.components(separatedBy: "/Tests/")[0]
        let tool = try run("check", "--config", root + "/config.toml", "--upstream", "http://127.0.0.1:3000")
        #expect(tool.exitCode == 0, "\(tool.errors)")
        #expect(tool.output.contains("no problem found"))
    }

    @Test(arguments: ["check", "serve"]) func everythingThatIsWrongIsSaidAtOnce(_ command: String) throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(
            "config.toml",
            """
            [server]
            listen = "80800"
            head_timeot = "10s"
            [upstream]
            servers = "http://127.0.0.1:3000"
            connect_timeout = 2
            [limits]
            per_address = "many"

            """)
        let tool = try run(command, "--config", file)
        #expect(tool.exitCode == 2)
        for words in [
            "config.toml:2: [server] listen", "config.toml:3: [server] head_timeot", "did you mean `head_timeout`?",
            "config.toml:6: [upstream] connect_timeout", "config.toml:8: [limits] per_address",
        ] { #expect(tool.errors.contains(words), "\(words) is not in \(tool.errors)") }
        #expect(tool.output.isEmpty)
    }

    @Test func aCertificateThatIsNotThereIsNamed() throws {
        let folder = try TemporaryFolder()
        let config = ConfigText(
            upstream: 9,
            with: ["tls.listen": "127.0.0.1:0", "tls.certificates": .raw("[{ certificate = \"a.pem\", key = \"b.pem\" }]")])
        let tool = try run("check", "--config", folder.write("config.toml", config.text))
        #expect(tool.exitCode == 2)
        #expect(tool.errors.contains("[tls] certificates") && tool.errors.contains("a.pem") && tool.errors.contains("b.pem"))
    }

    @Test(arguments: ["server", "admin"]) func aPortThatIsTakenIsNamedWithItsKey(_ section: String) throws {
        let other = try ScriptedOrigin()
        defer { other.stop() }
        let folder = try TemporaryFolder()
        let config = ConfigText(upstream: 9, with: ["\(section).listen": .text("127.0.0.1:\(other.port)")])
        let tool = try run("serve", "--config", folder.write("config.toml", config.text))
        #expect(tool.exitCode == 1)
        #expect(tool.errors.contains("[\(section)] listen") && tool.errors.contains("127.0.0.1:\(other.port)"))
        #expect(tool.errors.contains("another program has this port"))
    }

    @Test func flagsWinOverTheFile() throws {
        let (one, two) = (try ScriptedOrigin.named("one"), try ScriptedOrigin.named("two"))
        defer {
            one.stop()
            two.stop()
        }
        let program = try RunningProgram(
            ConfigText(upstream: one.port), flags: ["--upstream", "http://127.0.0.1:\(two.port)"])
        defer { program.stop() }
        #expect(try program.ask("/").text == "two")
    }
}
