import Bytes
import Testing

@testable import Gate

struct PathReadingTests {
    @Test(arguments: ["/", "/tickets", "/a/b.html", "/a-b_c~d", "/A/B", "/x@y,z", "/a:b", "/a...b", "/tickets/"])
    func plain(_ path: String) { #expect(isPlain(path)) }

    @Test(arguments: [
        "", "tickets", "//", "//tickets", "/a//b", "/./a", "/a/./b", "/a/../b", "/..", "/.", "/.hidden", "/a%20b", "/%74",
        "/a;b",
        "/a\\b", "/a.", "/a./b", "/a b", "/\u{e9}", "/a+b", "/a|b", "*",
    ])
    func notPlain(_ path: String) { #expect(!isPlain(path)) }

    private func isPlain(_ path: String) -> Bool { PathReading.isPlain(Array(path.utf8).span) }

    private func resolved(_ path: String) -> String? {
        PathReading(Array(path.utf8).span).map { String(decoding: $0.resolved, as: UTF8.self) }
    }

    @Test(arguments: [
        "//tickets", "/./tickets", "/x/../tickets", "/%74ickets", "/%2574ickets", "/TICKETS", "/tickets;a=b", "\\tickets",
        "/x/%2e%2e/tickets", "/x/..%2ftickets", "/x%2f..%2ftickets", "/../tickets", "/tickets.", "/tickets%20", "/tickets/.",
        "/;/tickets", "/x/..;a/tickets", "/%5ctickets", "/tickets%3fa", "/tickets%23",
        "/%u0074ickets", "/%U0074icket%u0073", "/x/%u002e%u002E/tickets", "/%25u0074ickets",
    ])
    func isTickets(_ path: String) { #expect(resolved(path) == "/tickets") }

    @Test func whatNestsTooDeeplyCannotBeRead() {
        #expect(resolved("/%25252525252574") == nil)
        #expect(resolved("/a%00") == nil && resolved("/%c0%aftickets") == nil && resolved("/%c1%b4ickets") == nil)
        #expect(resolved("/%25252574") == "/t")
        // Not an escape, and so what it says.
        #expect(resolved("/100%") == "/100%" && resolved("/%zz") == "/%zz")
    }

    /// Whatever is encoded however often, both readings say what was meant.
    @Test func anyEncodingOfARoomIsTheRoom() {
        var seed: UInt64 = .random(in: 0 ... .max)
        print("seed \(seed)")
        func dice(_ count: Int) -> Int {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(seed >> 33) % count
        }
        let map = RoomMap([.init(host: .any, path: Array("/tickets/vip".utf8), room: 7)])
        for _ in 0..<3000 {
            var path: [UInt8] = []
            for segment in ["tickets", "vip", "x"] {
                for _ in 0...dice(2) { path += Array(dice(3) == 0 ? "/".utf8 : dice(4) == 0 ? "%2f".utf8 : "/".utf8) }
                if dice(4) == 0 { path += Array("y/../".utf8) }
                if dice(4) == 0 { path += Array("./".utf8) }
                for byte in segment.utf8 {
                    switch dice(4) {
                    case 0: path += Array("%\(String(byte, radix: 16))".utf8)
                    case 1: path += Array("%25\(String(byte, radix: 16))".utf8)
                    case 2: path.append(byte & 0xdf)
                    default: path.append(byte)
                    }
                }
                if dice(4) == 0 { path += Array(";p=1".utf8) }
            }
            let text = String(decoding: path, as: UTF8.self)
            if path.first == UInt8(ascii: "%") { path.insert(UInt8(ascii: "/"), at: 0) }
            let match = map.match(host: Array("h".utf8).span, path: path.span)
            #expect(match == .room(7), "\(text)")
        }
    }
}
