import Address
import Testing

@testable import Settings

struct OverrideTests {
    static func problems(_ text: String?, _ overrides: [SettingsOverride], required: [String: String] = [:]) -> String {
        do throws(SettingsProblems) {
            _ = try Settings.load(text: text, overrides: overrides, required: required)
            return ""
        } catch {
            return error.description
        }
    }

    @Test func flagsAloneAreEnough() throws {
        let settings = try Settings.load(
            text: nil,
            overrides: [
                SettingsOverride("server.listen", "127.0.0.1:8081", flag: "--listen"),
                SettingsOverride("upstream.servers", "http://127.0.0.1:9000,http://b:1", flag: "--upstream"),
                SettingsOverride("upstream.servers", "https://c", flag: "--upstream"),
                SettingsOverride("limits.per_address", "600/m", flag: "--limit"),
                SettingsOverride("server.loops", "3", flag: "--loops"),
                SettingsOverride("admin.listen", "off", flag: "--admin"),
                SettingsOverride("reload.watch", "false", flag: "--watch"),
            ])
        #expect(settings.server.listen.map(\.description) == ["127.0.0.1:8081"])
        #expect(settings.upstream.servers.map(\.description) == ["http://127.0.0.1:9000", "http://b:1", "https://c:443"])
        #expect(settings.limits.perAddress == Rate(count: 600, perNanoseconds: 60_000_000_000))
        #expect(settings.limits.burstCount == 10)
        #expect(settings.server.loops == 3)
        #expect(settings.admin.listen == [])
        #expect(!settings.reload.watch)
    }

    @Test func aFlagWinsOverTheFile() throws {
        let settings = try Settings.load(
            text: "[server]\nlisten = [\"127.0.0.1:1\", \"127.0.0.1:2\"]\nloops = 4",
            overrides: [SettingsOverride("server.listen", "[::1]:3", flag: "--listen")])
        #expect(settings.server.listen.map(\.description) == ["[::1]:3"])
        #expect(settings.server.loops == 4)
    }

    @Test func aProblemIsNamedByItsFlagAndComesAfterTheFile() {
        let found = Self.problems(
            "[server]\nbacklog = 0",
            [
                SettingsOverride("server.listen", "80800", flag: "--listen"),
                SettingsOverride("upstream.servers", "localhost:9000", flag: "--upstream"),
                SettingsOverride("limits.per_address", "100", flag: "--limit"),
            ])
        #expect(
            found == """
                config.toml:2: [server] backlog: 0 is less than 1; try 1
                --listen: "80800" is not host:port; try "127.0.0.1:8080"
                --upstream: "localhost:9000" is not http://host:port; try "http://localhost:9000"
                --limit: "100" is not a rate; try "100/s"
                """)
    }

    /// A mistake in the file is one, even where a flag has the last word; but only the flag's value goes on.
    @Test func theFileIsCheckedUnderAFlag() {
        let flag = [SettingsOverride("server.listen", "127.0.0.1:1", flag: "--listen")]
        #expect(
            Self.problems("[server]\nlisten = 8080", flag)
                == "config.toml:2: [server] listen: 8080 is not host:port; try \"127.0.0.1:8080\"")
        #expect(Self.problems("[server]\nlisten = \"127.0.0.1:9900\"", flag) == "")
    }

    @Test func whatCannotComeTwice() {
        let limits = ["1/s", "2/s"].map { SettingsOverride("limits.per_address", $0, flag: "--limit") }
        #expect(Self.problems(nil, limits) == "--limit: is given 2 times; keep one of them")
        let unknown = [SettingsOverride("limits.nothing", "1", flag: "--nothing")]
        #expect(Self.problems(nil, unknown) == "--nothing: there is no key limits.nothing")
    }

    static let upstream = ["upstream.servers": "--upstream"]

    @Test func whatIsRequired() {
        let try9000 = "[upstream] servers: is missing; try servers = \"http://127.0.0.1:9000\""
        #expect(
            Self.problems(nil, [], required: Self.upstream)
                == "--upstream: is missing; try --upstream \"http://127.0.0.1:9000\"")
        #expect(Self.problems("", [], required: Self.upstream) == "config.toml: " + try9000)
        #expect(
            Self.problems("\n[upstream]\nservers = []", [], required: Self.upstream) == "config.toml:3: " + try9000)
        #expect(Self.problems("[upstream]\nservers = \"http://a\"", [], required: Self.upstream) == "")
    }

    @Test func conflictsAreNamedByWhoSaidIt() {
        #expect(
            Self.problems(nil, [SettingsOverride("admin.listen", "127.0.0.1:8080", flag: "--admin")])
                == "--admin: \"127.0.0.1:8080\" is taken by [server] listen (127.0.0.1:8080); try another port")
    }
}
