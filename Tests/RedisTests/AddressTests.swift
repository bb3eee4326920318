import Redis
import Testing

@Suite struct AddressTests {
    static let good: [(String, RedisAddress)] = [
        ("redis://localhost", RedisAddress(.single(.host("localhost", port: 6379)))),
        ("redis://10.0.0.1:7000/15", RedisAddress(.single(.host("10.0.0.1", port: 7000)), database: 15)),
        ("redis://[::1]:7000/", RedisAddress(.single(.host("::1", port: 7000)))),
        (
            "rediss://user:p%40ss%25@redis.example",
            RedisAddress(
                .single(.host("redis.example", port: 6379)), isSecure: true,
                credentials: RedisCredentials(user: "user", password: "p@ss%"))
        ),
        (
            "redis://:a/b@c:d@h:1/3",
            RedisAddress(.single(.host("h", port: 1)), credentials: RedisCredentials(password: "a/b@c:d"), database: 3)
        ),
        ("redis://alone@h", RedisAddress(.single(.host("h", port: 6379)), credentials: RedisCredentials(password: "alone"))),
        (
            "redis-sentinel://h1:26379,h2,[::2]:5/mymaster/1",
            RedisAddress(
                .sentinel(
                    [.host("h1", port: 26379), .host("h2", port: 26379), .host("::2", port: 5)], masterName: "mymaster"),
                database: 1)
        ),
        (
            "rediss-cluster://h1,h2:7000/0",
            RedisAddress(.cluster([.host("h1", port: 6379), .host("h2", port: 7000)]), isSecure: true)
        ),
        ("unix:///run/redis.sock", RedisAddress(.single(.path("/run/redis.sock")))),
    ]

    @Test(arguments: good) func addressesAreRead(_ text: String, _ address: RedisAddress) throws {
        #expect(try RedisAddress(text) == address)
    }

    @Test(arguments: good) func whatIsWrittenIsReadAgain(_ text: String, _ address: RedisAddress) throws {
        var bare = address
        bare.credentials = nil
        #expect(try RedisAddress(address.description) == bare)
    }

    @Test(arguments: [
        ("localhost:6379", RedisAddressFault.noScheme), ("", .noScheme), ("http://h", .unknownScheme("http")),
        ("redis://", .noHost), ("redis://:6379", .noHost), ("redis://h:0", .badPort("0")), ("redis://h:", .badPort("")),
        ("redis://h:65536", .badPort("65536")), ("redis://h:+1", .badPort("+1")), ("redis://::1", .noHost),
        ("redis://fe::1", .badHost("fe::1")), ("redis://[h]:1", .badHost("[h]:1")), ("redis://a b", .badHost("a b")),
        ("redis://h1,h2", .severalHosts), ("redis-cluster://h1,", .noHost), ("redis://h/x", .badDatabase("x")),
        ("redis://h/-1", .badDatabase("-1")), ("redis://h/1/2", .surplus("/2")), ("redis-cluster://h/1", .databaseInCluster),
        ("redis-sentinel://h", .noMasterName), ("redis-sentinel://h/", .noMasterName), ("redis://u:%zz@h", .badEscape),
        ("redis://u:%4@h", .badEscape), ("unix://relative", .badPath), ("unix:///", .badPath), ("unix://", .badPath),
    ])
    func faultsAreNamed(_ text: String, _ fault: RedisAddressFault) {
        #expect(throws: fault) { try RedisAddress(text) }
    }

    @Test(arguments: [
        "redis://user:hunter2@h:x", "redis://user:hunter2@a b", "redis://user:hun/ter2@h/x", "redis://user:hunter2%@h",
        "redis://user:h@unter2@h/9/9", "other://user:hunter2@h", "user:hunter2@h", "user:hunter2://h",
    ])
    func noFaultShowsThePassword(_ text: String) {
        do {
            let address = try RedisAddress(text)
            Issue.record("\(address) was taken")
        } catch {
            #expect(!error.description.contains("unter2") && !error.description.contains("ter2"))
            #expect(!"\(error)".contains("hun"))
        }
    }

    @Test func anAddressShowsNoPassword() throws {
        let address = try RedisAddress("redis://user:hunter2@h")
        var dumped = ""
        dump(address, to: &dumped)
        for text in ["\(address)", String(reflecting: address), dumped] { #expect(!text.contains("hunter2")) }
    }
}
