import Address
import Bytes
import HTTP
import Testing

@testable import Relay

@Suite struct ClientAddressTests {
    static let trusted = ["10.0.0.0/8", "192.0.2.7", "2001:db8:1::/48"].compactMap(Network.init)

    private func find(_ values: [String], peer: String = "192.0.2.7", trusted: [Network] = trusted) throws -> String {
        let lines = ["GET / HTTP/1.1", "Host: a"] + values.map { "X-Forwarded-For: \($0)" }
        let bytes = Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
        let request = try #require(ReadRequest.all(in: bytes).requests.first)
        let address = try #require(IPAddress(peer))
        return ClientAddress.find(peer: address, head: request.head, bytes: request.bytes.span, trusted: trusted).description
    }

    @Test func aPeerThatIsNotTrustedSpeaksForItself() throws {
        #expect(try find(["1.2.3.4"], peer: "198.51.100.1") == "198.51.100.1")
        #expect(try find(["1.2.3.4"], peer: "198.51.100.1", trusted: []) == "198.51.100.1")
        #expect(try find(["1.2.3.4"], trusted: []) == "192.0.2.7")
        #expect(try find([]) == "192.0.2.7")
    }

    @Test func theLastThatIsNoProxyOfOurs() throws {
        #expect(try find(["1.2.3.4"]) == "1.2.3.4")
        #expect(try find(["6.6.6.6, 1.2.3.4"]) == "1.2.3.4")
        #expect(try find(["6.6.6.6, 1.2.3.4, 10.0.0.1,10.0.0.2"]) == "1.2.3.4")
        #expect(try find(["10.0.0.3, 10.0.0.2"]) == "10.0.0.3")
        #expect(try find(["2001:db8::5, 2001:db8:1::1"]) == "2001:db8::5")
    }

    @Test func severalFieldsAreOneList() throws {
        #expect(try find(["6.6.6.6", "1.2.3.4", "10.0.0.1"]) == "1.2.3.4")
        #expect(try find(["1.2.3.4", "", "10.0.0.1"]) == "1.2.3.4")
        #expect(try find(["1.2.3.4, 10.0.0.2", "10.0.0.1"]) == "1.2.3.4")
    }

    @Test func emptyElementsSayNothing() throws {
        for value in ["", ",", ", ,", "\t", ",,,,"] { #expect(try find([value]) == "192.0.2.7", "\(value)") }
        #expect(try find(["1.2.3.4,"]) == "1.2.3.4")
        #expect(try find([",1.2.3.4"]) == "1.2.3.4")
        #expect(try find(["1.2.3.4, ,10.0.0.1, ,"]) == "1.2.3.4")
    }

    @Test func whatIsNoAddressEndsTheChain() throws {
        let odd = [
            "unknown", "_hidden", "a", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.4.", ".1.2.3.4", "1..2.3",
            "1.2.3.4 x",
            "1 .2.3.4", "[1.2.3.4]", "[::1", "::1]", "[]", ":::", "fe80::1%eth0", "[::1]:x", "1.2.3.4:99999", "1.2.3.4:",
            "for=1.2.3.4", "\"1.2.3.4\"", "999999999999", "1.2.3.4000000000", "0x1.2.3.4", "-1.2.3.4",
            String(repeating: "1", count: 500),
        ]
        for text in odd {
            #expect(try find(["6.6.6.6, \(text)"]) == "192.0.2.7", "\(text)")
            #expect(try find(["6.6.6.6, \(text), 10.0.0.1"]) == "10.0.0.1", "\(text)")
        }
    }

    @Test func spellings() throws {
        let spellings = [
            ("1.2.3.4", "1.2.3.4"), ("1.2.3.4:80", "1.2.3.4"), ("0.0.0.0", "0.0.0.0"),
            ("255.255.255.255", "255.255.255.255"),
            ("  1.2.3.4\t", "1.2.3.4"), ("2001:DB8::1", "2001:db8::1"), ("[2001:db8::1]", "2001:db8::1"),
            ("[2001:db8::1]:443", "2001:db8::1"), ("::ffff:1.2.3.4", "1.2.3.4"), ("[::ffff:1.2.3.4]:1", "1.2.3.4"),
        ]
        for (text, address) in spellings { #expect(try find(["6.6.6.6,\(text)"]) == address, "\(text)") }
    }

    /// The ceiling: of 32 elements the last is the 32nd from behind.
    @Test func longChainsAreBelievedNoFurther() throws {
        let hops = { (count: Int) in (0..<count).map { "10.0.0.\(count - $0)" }.joined(separator: ", ") }
        #expect(try find(["1.2.3.4, " + hops(31)]) == "1.2.3.4")
        #expect(try find(["1.2.3.4, " + hops(32)]) == "10.0.0.32")
        #expect(try find(["1.2.3.4, " + hops(100)]) == "10.0.0.32")
        #expect(try find(["1.2.3.4" + String(repeating: ",", count: 5000)]) == "192.0.2.7")
        #expect(try find(["1.2.3.4"] + Array(repeating: "", count: 40)) == "192.0.2.7")
    }

    /// The fast reading of IPv4 and the general one agree.
    @Test func everyNearlyAddressIsReadAsTheGeneralReaderReadsIt() throws {
        var numbers = SeededNumbers(state: 11)
        let characters = Array("0123456789.12.:")
        for _ in 0..<3000 {
            let text = String(
                (0..<Int.random(in: 7...15, using: &numbers)).map { _ in
                    characters.randomElement(using: &numbers) ?? "."
                })
            let general = IPAddress(text) ?? Endpoint(text)?.address
            #expect(try find([text]) == (general?.description ?? "192.0.2.7"), "\(text)")
        }
    }
}
