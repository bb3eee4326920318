import Testing
import TestSupport

@Suite struct RedisServerTests {
    @Test func itComesBackWithItsPort() throws {
        let server = try RedisServer.start(["appendonly yes", "appendfsync always"])
        #expect(try server.ask("SET", "name", "value") == ["OK"])
        server.kill()
        #expect(throws: PeerTrouble.self) { try server.ask("PING") }
        try server.launch()
        #expect(try server.ask("GET", "name") == ["value"])
        try server.flush()
        #expect(try server.ask("GET", "name") == ["(nil)"])
    }

    @Test func aWrongConfigurationSaysSo() {
        #expect(throws: PeerTrouble.self) { try RedisServer.start(["nonsense yes"]) }
    }
}
