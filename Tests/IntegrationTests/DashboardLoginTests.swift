import Foundation
import Testing

/// The dashboard's way in: a session by cookie that only its own page can use.
@Suite struct DashboardLoginTests {
    private func start() throws -> (RunningProgram, AdminPort) {
        let folder = try TemporaryFolder()
        let program = try RunningProgram(.room(upstream: 9, in: folder), folder: folder)
        return (program, try AdminPort(program))
    }

    private func login(_ admin: AdminPort) throws -> (cookie: String, guardWord: String, field: String) {
        let answer = try admin.post(
            "/login", "{\"token\":\"\(admin.token)\"}", ["Sec-Fetch-Site: same-origin"], isLoggedIn: false)
        guard answer.status == 200, let field = answer["Set-Cookie"], let cookie = field.split(separator: ";").first else {
            throw Trouble("the login was answered \(answer.status): \(answer.text)")
        }
        return (String(cookie), try Answered(answer).text("guard") ?? "", field)
    }

    @Test func thePageHoldsNothingAndAllowsNothing() throws {
        let (program, admin) = try start()
        defer { program.stop() }
        let page = try admin.ask("/", ["Accept: text/html"], isLoggedIn: false)
        #expect(page.status == 200 && page["Content-Type"] == "text/html; charset=utf-8")
        let policy = try #require(page["Content-Security-Policy"])
        #expect(policy.hasPrefix("default-src 'none'; script-src 'sha256-") && policy.contains("frame-ancestors 'none'"))
        #expect(!policy.contains("unsafe") && !page.text.contains("http://") && !page.text.contains("https://"))
        #expect(!page.text.contains(admin.token))
    }

    @Test func aSessionSeesAndChangesFromItsOwnPageOnly() throws {
        let (program, admin) = try start()
        defer { program.stop() }
        let (cookie, guardWord, field) = try login(admin)
        #expect(field.contains("HttpOnly") && field.contains("SameSite=Strict") && field.contains("Max-Age="))
        #expect(!field.contains("Secure"), "the way here is not TLS")
        let fields = ["Cookie: \(cookie)"]
        #expect(try admin.ask("/api/rooms", fields, isLoggedIn: false).status == 200)
        #expect(try Answered(try admin.ask("/api/session", fields, isLoggedIn: false)).text("guard") == guardWord)
        func change(_ more: String...) throws -> Int {
            try admin.post("/api/rooms/main/controls", "{\"burst\":5}", fields + more, isLoggedIn: false).status
        }
        #expect(try change() == 403)
        #expect(try change("Sec-Fetch-Site: same-origin") == 403, "without the guard word")
        #expect(try change("Waiting-Room-Guard: \(guardWord)") == 403, "from nobody knows where")
        #expect(try change("Waiting-Room-Guard: \(guardWord)", "Sec-Fetch-Site: cross-site") == 403)
        #expect(try change("Waiting-Room-Guard: \(guardWord)", "Origin: http://evil.test") == 403)
        #expect(try change("Waiting-Room-Guard: x", "Sec-Fetch-Site: same-origin") == 403)
        #expect(try admin.room()["controls.live.burst"] == nil)
        #expect(try change("Waiting-Room-Guard: \(guardWord)", "Sec-Fetch-Site: same-origin") == 200)
        #expect(try change("Waiting-Room-Guard: \(guardWord)", "Origin: http://site.test") == 200)
    }

    @Test func aLogoutEndsTheSession() throws {
        let (program, admin) = try start()
        defer { program.stop() }
        let (cookie, guardWord, _) = try login(admin)
        let fields = ["Cookie: \(cookie)", "Waiting-Room-Guard: \(guardWord)", "Sec-Fetch-Site: same-origin"]
        let answer = try admin.post("/logout", "{}", fields, isLoggedIn: false)
        #expect(answer.status == 200 && answer["Set-Cookie"]?.contains("Max-Age=0") == true)
        #expect(try admin.ask("/api/rooms", fields, isLoggedIn: false).status == 401)
    }

    @Test func aLoginFromAnotherSiteOrWithAWrongTokenIsNone() throws {
        let (program, admin) = try start()
        defer { program.stop() }
        let body = "{\"token\":\"\(admin.token)\"}"
        #expect(try admin.post("/login", body, ["Sec-Fetch-Site: cross-site"], isLoggedIn: false).status == 403)
        #expect(try admin.post("/login", body, ["Origin: http://evil.test"], isLoggedIn: false).status == 403)
        let wrong = try admin.post("/login", "{\"token\":\"wrong\"}", isLoggedIn: false)
        #expect(wrong.status == 401 && wrong["Set-Cookie"] == nil)
        try program.log.wait("admin.refused")
        #expect(try admin.post("/login", "{\"token\":7}", isLoggedIn: false).status == 400)
    }

    @Test func behindAProxyThatSpeaksTLSTheCookieIsSecure() throws {
        let folder = try TemporaryFolder()
        let program = try RunningProgram(
            .room(upstream: 9, in: folder, with: ["server.trusted_proxies": ["127.0.0.1/32"]]), folder: folder)
        defer { program.stop() }
        let admin = try AdminPort(program)
        let answer = try admin.post(
            "/login", "{\"token\":\"\(admin.token)\"}", ["X-Forwarded-Proto: https", "Origin: https://site.test"],
            isLoggedIn: false)
        #expect(answer.status == 200 && answer["Set-Cookie"]?.hasSuffix("; Secure") == true)
    }
}
