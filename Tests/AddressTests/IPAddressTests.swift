import Address
import Glibc
import Testing

struct IPAddressTests {
    @Test func readsAndWritesIPv4() {
        for text in ["0.0.0.0", "127.0.0.1", "255.255.255.255", "192.0.2.1", "1.20.255.9"] {
            let address = IPAddress(text)
            #expect(address?.description == text)
            #expect(address?.isV4 == true)
        }
        #expect(IPAddress("127.0.0.1") == .loopback4)
        #expect(IPAddress("1.2.3.4")?.v4 == 0x0102_0304)
    }

    /// RFC 5952 section 4: lower case, no leading zeros, the longest run of zeros shortened, the first of two equals, never
    /// a single one.
    @Test func writesIPv6AsRecommended() {
        let written = [
            "::": "::", "::1": "::1", "1::": "1::", "2001:DB8::1": "2001:db8::1", "2001:0db8::0001": "2001:db8::1",
            "2001:db8:0:0:0:0:2:1": "2001:db8::2:1", "2001:db8:0:1:1:1:1:1": "2001:db8:0:1:1:1:1:1",
            "2001:0:0:1:0:0:0:1": "2001:0:0:1::1", "2001:db8:0:0:1:0:0:1": "2001:db8::1:0:0:1",
            "1:2:3:4:5:6:7:8": "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::": "1:2:3:4:5:6:7:0", "::2:3:4:5:6:7:8": "0:2:3:4:5:6:7:8",
            "0:0:0:0:0:0:0:0": "::", "fe80::": "fe80::", "64:ff9b::192.0.2.33": "64:ff9b::c000:221",
            "::1.2.3.4": "::102:304",
            "1:2:3:4:5:6:1.2.3.4": "1:2:3:4:5:6:102:304",
        ]
        for (text, right) in written {
            let address = IPAddress(text)
            #expect(address?.description == right, "\(text)")
            #expect(address?.isV4 == false, "\(text)")
            #expect(IPAddress(right) == address)
        }
        #expect(IPAddress("::1") == .loopback6)
    }

    /// An address is the same however it is written, so that nobody has two.
    @Test func mappedIPv4IsIPv4() {
        for text in ["::ffff:192.0.2.1", "::FFFF:c000:201", "0:0:0:0:0:ffff:192.0.2.1"] {
            #expect(IPAddress(text) == IPAddress("192.0.2.1"))
            #expect(IPAddress(text)?.description == "192.0.2.1")
        }
    }

    @Test func refusesEverythingElse() {
        let refused = [
            "", " ", "1", "1.2.3", "1.2.3.4.5", "1.2.3.", ".1.2.3", "1..2.3", "256.0.0.1", "01.2.3.4", "1.2.3.04",
            "1.2.3.-4",
            "+1.2.3.4", "1.2.3.4 ", " 1.2.3.4", "0x7f.0.0.1", "1.2.3.4/8", "1.2.3.1000", "１.2.3.4", "1.2.3.4\0", "a.b.c.d",
            ":", ":::", "::::", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8",
            ":1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:", "12345::", "g::", "::g", "-1::", "+1::", "[::1]", "::1%lo", "fe80::1%1",
            "::1 ",
            "::1.2.3", "::1.2.3.4.5", "1.2.3.4::", "1.2.3.4::1", "::1.2.3.4:5", "1:2:3:4:5:6:7:1.2.3.4", "::01.2.3.4",
            "1:::2",
            "::ffff:256.0.0.1", "::１", "0000000000000000000000000000000000000000000000000::1", "::1/128", "::\u{301}1",
            "a:\u{301}:1",
        ]
        for text in refused { #expect(IPAddress(text) == nil, "\(text.debugDescription)") }
    }

    @Test func everyAddressIsReadAsItIsWritten() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = Generator(state: seed)
        for _ in 0..<5000 {
            let address = IPAddressTests.random(&random)
            #expect(IPAddress(address.description) == address, "seed \(seed)")
            #expect(IPAddress(address.description.uppercased()) == address, "seed \(seed)")
        }
    }

    /// The C library as the judge: what it reads we read alike, what it refuses we refuse.
    @Test func agreesWithTheSystem() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = Generator(state: seed)
        let letters = Array("0123456789abcdefF:::::....::ffff:")
        for round in 0..<20000 {
            var text = Array(Self.random(&random).description)
            for _ in 0..<(round % 4) where !text.isEmpty {
                let at = Int.random(in: 0..<text.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: text[at] = letters.randomElement(using: &random) ?? ":"
                case 1: text.remove(at: at)
                default: text.insert(letters.randomElement(using: &random) ?? ":", at: at)
                }
            }
            #expect(IPAddress(String(text)) == Self.system(String(text)), "\(String(text)), seed \(seed)")
        }
    }

    @Test func masks() {
        let address = IPAddress(high: .max, low: .max)
        #expect(address.masked(to: -1) == IPAddress(high: 0, low: 0))
        #expect(address.masked(to: 0) == IPAddress(high: 0, low: 0))
        #expect(address.masked(to: 1) == IPAddress(high: 1 << 63, low: 0))
        #expect(address.masked(to: 64) == IPAddress(high: .max, low: 0))
        #expect(address.masked(to: 65) == IPAddress(high: .max, low: 1 << 63))
        #expect(address.masked(to: 127) == IPAddress(high: .max, low: .max - 1))
        #expect(address.masked(to: 128) == address)
        #expect(address.masked(to: 1000) == address)
    }

    /// With runs of zeros, and some IPv4.
    static func random(_ random: inout Generator) -> IPAddress {
        if Int.random(in: 0..<5, using: &random) == 0 {
            return IPAddress(v4: UInt32.random(in: 0...UInt32.max, using: &random))
        }
        var words: (UInt64, UInt64) = (0, 0)
        for index in 0..<8 {
            let group = Bool.random(using: &random) ? 0 : UInt64(UInt16.random(in: 0...UInt16.max, using: &random))
            if index < 4 { words.0 = words.0 << 16 | group } else { words.1 = words.1 << 16 | group }
        }
        return IPAddress(high: words.0, low: words.1)
    }

    private static func system(_ text: String) -> IPAddress? {
        var bytes = [UInt8](repeating: 0, count: 16)
        let word = { (part: ArraySlice<UInt8>) in part.reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
        if inet_pton(AF_INET, text, &bytes) == 1 { return IPAddress(v4: UInt32(word(bytes[0..<4]))) }
        guard inet_pton(AF_INET6, text, &bytes) == 1 else { return nil }
        return IPAddress(high: word(bytes[0..<8]), low: word(bytes[8..<16]))
    }
}
