@testable import Settings
import Testing

@testable import WaitingRoom

@Suite struct ArgumentsTests {
    private func problem(_ arguments: [String]) -> String {
        do throws(UsageProblem) {
            return "no problem: \(try Arguments.parse(arguments))"
        } catch { return error.description }
    }

    @Test func commandsAreKnown() throws {
        #expect(try Arguments.parse([]) == .help(nil))
        #expect(try Arguments.parse(["help"]) == .help(nil))
        #expect(try Arguments.parse(["help", "serve"]) == .help("serve"))
        #expect(try Arguments.parse(["serve", "--listen", "x", "--help"]) == .help("serve"))
        #expect(try Arguments.parse(["check", "-h"]) == .help("check"))
        #expect(try Arguments.parse(["--version"]) == .version)
        #expect(problem(["server"]).contains("\"server\" is no command; try one of: serve, check"))
    }

    @Test func flagsOverrideTheirKeys() throws {
        let arguments = [
            "serve", "--config", "a.toml", "--upstream=http://a:1", "--limit", "100/s", "--upstream", "http://b:2",
        ]
        var expected = Command.Options()
        expected.configFile = "a.toml"
        expected.overrides = [
            SettingsOverride("limits.per_address", "100/s", flag: "--limit"),
            SettingsOverride("upstream.servers", "http://a:1,http://b:2", flag: "--upstream"),
        ]
        #expect(try Arguments.parse(arguments) == .serve(expected))
    }

    @Test func whatIsWrongIsNamed() {
        #expect(problem(["serve", "--port", "80"]).contains("\"--port\" is no flag of serve; there are --config, --listen"))
        #expect(problem(["serve", "8080"]).contains("\"8080\" is no flag of serve"))
        #expect(problem(["serve", "--listen"]) == "--listen needs a value, such as --listen 127.0.0.1:8080")
        #expect(problem(["serve", "--upstream="]) == "--upstream needs a value, such as --upstream http://127.0.0.1:3000")
        #expect(problem(["check", "--config", "a", "--config", "b"]) == "--config is given twice")
        #expect(problem(["serve", "--limit", "1/s", "--limit", "2/s"]).hasPrefix("--limit is given twice"))
    }

    @Test func everyFlagOverridesAKeyThatThereIsAndIsInTheHelp() throws {
        let help = HelpText.text("serve")
        for flag in Arguments.flags {
            #expect(help.contains("\(flag.name) \(flag.value)"))
            #expect(Settings.keys.contains { $0.path == flag.key }, "\(flag.name) overrides \(flag.key), which is no key")
        }
    }
}
