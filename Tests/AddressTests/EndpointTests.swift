import Address
import Testing

struct EndpointTests {
    @Test func readsAndWrites() {
        let written = [
            "127.0.0.1:8080": "127.0.0.1:8080", "[::1]:80": "[::1]:80", "0.0.0.0:0": "0.0.0.0:0", "[::]:65535": "[::]:65535",
            "[2001:DB8::1]:443": "[2001:db8::1]:443", "[::ffff:1.2.3.4]:1": "1.2.3.4:1",
        ]
        for (text, right) in written { #expect(Endpoint(text)?.description == right) }
        #expect(Endpoint("1.2.3.4:80") == Endpoint(address: IPAddress(v4: 0x0102_0304), port: 80))
    }

    @Test func refusesEverythingElse() {
        let refused = [
            "", ":", "80", ":80", "1.2.3.4", "1.2.3.4:", "1.2.3.4:65536", "1.2.3.4:99999", "1.2.3.4:100000", "1.2.3.4:-1",
            "1.2.3.4:+1", "1.2.3.4: 1", "1.2.3.4 :1", "1.2.3.4:080", "1.2.3.4:00", "1.2.3.4:８０", "1.2.3.4:1:2", "1.2.3.4:a",
            "::1:80",
            "[::1]", "[::1]80", "::1]:80", "[::1:80", "[[::1]]:80", "[1.2.3.4]:80", "[]:80", "[::1%lo]:80", "localhost:80",
            "http://1.2.3.4:80", "1.2.3.4:80/",
        ]
        for text in refused { #expect(Endpoint(text) == nil, "\(text)") }
    }

    @Test func everyEndpointIsReadAsItIsWritten() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = Generator(state: seed)
        for _ in 0..<2000 {
            let port = UInt16.random(in: 0...UInt16.max, using: &random)
            let endpoint = Endpoint(address: IPAddressTests.random(&random), port: port)
            #expect(Endpoint(endpoint.description) == endpoint, "seed \(seed)")
        }
    }
}
