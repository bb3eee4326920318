import Address
import Testing

struct NetworkTests {
    static func contains(_ network: String, _ address: String) throws -> Bool {
        try #require(Network(network)).contains(try #require(IPAddress(address)))
    }

    @Test func readsAndWrites() {
        let written = [
            "10.0.0.0/8": "10.0.0.0/8", "0.0.0.0/0": "0.0.0.0/0", "192.0.2.1": "192.0.2.1/32",
            "192.0.2.0/24": "192.0.2.0/24",
            "2001:db8::/32": "2001:db8::/32", "::/0": "::/0", "::1": "::1/128", "fe80::/10": "fe80::/10",
            "1.2.3.4/32": "1.2.3.4/32",
        ]
        for (text, right) in written { #expect(Network(text)?.description == right) }
    }

    @Test func refusesEverythingElse() {
        let refused = [
            "", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/08", "10.0.0.0/8/8",
            "10.0.0.0/ 8",
            "10.0.0.0/999", "10.0.0.0/255.0.0.0", "10/8", "::/129", "[::]/0", "10.0.0.1/8", "2001:db8::1/32", "1.0.0.0/0",
            "localhost/8",
            "10.0.0.0/８",
        ]
        for text in refused { #expect(Network(text) == nil, "\(text)") }
    }

    @Test func holdsItsAddressesAndNoOthers() throws {
        #expect(try Self.contains("10.0.0.0/8", "10.255.255.255"))
        #expect(try !Self.contains("10.0.0.0/8", "11.0.0.0"))
        #expect(try !Self.contains("10.0.0.0/8", "9.255.255.255"))
        #expect(try Self.contains("10.0.0.0/8", "::ffff:10.1.2.3"))
        #expect(try Self.contains("192.0.2.1", "192.0.2.1"))
        #expect(try !Self.contains("192.0.2.1", "192.0.2.2"))
        #expect(try Self.contains("0.0.0.0/0", "255.1.2.3"))
        #expect(try !Self.contains("0.0.0.0/0", "::1"))
        #expect(try Self.contains("2001:db8::/33", "2001:db8:7fff::"))
        #expect(try !Self.contains("2001:db8::/33", "2001:db8:8000::"))
        #expect(try Self.contains("2001:db8::/96", "2001:db8::ffff:ffff"))
        #expect(try !Self.contains("2001:db8::/96", "2001:db8::1:0:0"))
    }

    /// Whoever trusts all of IPv6 has not said that he trusts all of IPv4.
    @Test func anIPv6BlockHoldsNoIPv4() throws {
        #expect(try Self.contains("::/0", "2001:db8::1"))
        #expect(try Self.contains("::/0", "::1"))
        #expect(try !Self.contains("::/0", "127.0.0.1"))
        #expect(try !Self.contains("::/64", "127.0.0.1"))
    }

    @Test func prefixesOutsideTheirBoundsAreTheNearestWithin() {
        let all = Network(base: IPAddress(high: .max, low: .max), prefixBits: -5)
        #expect(all.prefixBits == 0 && all.base == IPAddress(high: 0, low: 0))
        #expect(Network(base: .loopback6, prefixBits: 500).description == "::1/128")
    }

    @Test func everyNetworkIsReadAsItIsWritten() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = Generator(state: seed)
        for _ in 0..<2000 {
            let address = IPAddressTests.random(&random)
            let bits = Int.random(in: (address.isV4 ? 96 : 0)...128, using: &random)
            let network = Network(base: address, prefixBits: bits)
            #expect(Network(network.description) == network, "\(network), seed \(seed)")
            #expect(network.contains(address), "\(network), \(address), seed \(seed)")
        }
    }
}
