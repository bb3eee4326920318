import Loop
import Postgres
import TestSupport
import Testing

/// LISTEN and NOTIFY.
@Suite struct ListenerTests {
    private func listen(_ client: Client, _ url: String, _ channels: [String]) throws {
        let settings = try PostgresSettings(url: url)
        try client.run { loop, tenant in
            tenant.listener = PostgresListener(
                settings, channels: channels, on: loop, random: { tenant.random.next() }
            ) { client.note("\($0)".hasPrefix("lost") ? "lost" : "\($0)") }
            tenant.listener?.open()
        }
    }

    @Test func whatIsSaidIsHeard() throws {
        let server = try PostgresServer.shared()
        let database = try server.makeDatabase()
        let client = try Client()
        try listen(client, server.url(database), ["seats", "a \"b\" Ü"])
        try client.wait { _, _ in client.events == ["listening(mayHaveMissed: false)"] }
        try server.execute("notify seats, 'one'; notify other, 'x'; select pg_notify('a \"b\" Ü', 'é')", in: database)
        try client.wait { _, _ in client.events.count == 3 }
        #expect(
            client.events.dropFirst() == [
                #"heard(channel: "seats", payload: "one")"#, #"heard(channel: "a \"b\" Ü", payload: "é")"#,
            ])
    }

    @Test func itListensAgainAndSaysThatItMayHaveMissedSomething() throws {
        let server = try PostgresServer()
        let client = try Client(isTimeReal: true)
        try listen(client, server.url("postgres"), ["seats"])
        try client.wait { _, _ in client.events.count == 1 }
        try server.killHard()
        try client.wait { _, _ in client.events.contains("lost") }
        try server.start()
        try client.wait { _, _ in client.events.last == "listening(mayHaveMissed: true)" }
        try server.execute("notify seats, 'again'")
        try client.wait { _, _ in client.events.last == #"heard(channel: "seats", payload: "again")"# }
        try client.run { _, tenant in tenant.listener?.close() }
        let count = client.events.count
        try server.execute("notify seats, 'late'")
        try client.run { _, _ in }
        #expect(client.events.count == count)
    }
}
