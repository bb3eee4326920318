import Testing

@testable import Settings

struct QuantityTests {
    @Test func timespans() {
        #expect(Timespan("500ms") == .milliseconds(500))
        #expect(Timespan("120s") == .seconds(120))
        #expect(Timespan("5m") == .minutes(5))
        #expect(Timespan("1h") == .hours(1))
        #expect(Timespan("7d") == .hours(168))
        #expect(Timespan("1000ms")?.description == "1s")
        #expect(Timespan.seconds(90).description == "90s")
        #expect(Timespan("1s")?.milliseconds == 1000)
        for text in [
            "", "s", "5", "5 s", " 5s", "5s ", "-5s", "+5s", "1.5s", "1e3s", "5S", "5sec", "1m30s", "٥s",
            "9223372036854775807s",
            "99999999999999999999s",
        ] {
            #expect(Timespan(text) == nil, "\(text)")
        }
    }

    @Test func sizes() {
        #expect(ByteCount("64KiB") == ByteCount(bytes: 65536))
        #expect(ByteCount("10MiB") == .mebibytes(10))
        #expect(ByteCount("2GiB") == .gibibytes(2))
        #expect(ByteCount("1TiB")?.description == "1TiB")
        #expect(ByteCount("1024B")?.description == "1KiB")
        #expect(ByteRate("256B/s")?.bytesPerSecond == 256)
        #expect(ByteRate("1KiB/s")?.description == "1KiB/s")
        for text in ["", "64", "64K", "64KB", "64kib", "64 KiB", "-1B", "8388608TiB", "1.5MiB"] {
            #expect(ByteCount(text) == nil, "\(text)")
        }
        for text in ["256", "256B", "256/s", "256B/m"] { #expect(ByteRate(text) == nil, "\(text)") }
    }

    @Test func rates() {
        #expect(Rate("100/s") == .perSecond(100))
        #expect(Rate("600/m") == Rate(count: 600, perNanoseconds: 60_000_000_000))
        #expect(Rate("10/h")?.description == "10/h")
        for text in ["", "100", "/s", "100/", "100/d", "100 /s", "100/sec", "-1/s", "1.5/s"] {
            #expect(Rate(text) == nil, "\(text)")
        }
    }

    /// Any amount that is written is read as itself.
    @Test func whatIsWrittenIsRead() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = Generator(state: seed)
        for _ in 0..<2000 {
            let span = Timespan.milliseconds(Int64.random(in: 0...100_000_000, using: &random))
            #expect(Timespan(span.description) == span, "seed \(seed)")
            let size = ByteCount(
                bytes: Int.random(in: 0...Int.max, using: &random) >> Int.random(in: 0...62, using: &random))
            #expect(ByteCount(size.description) == size, "seed \(seed)")
        }
    }

    @Test func burst() {
        var limits = Settings.Limits()
        #expect(limits.burstCount == 100)
        limits.perAddress = Rate("10/h")
        #expect(limits.burstCount == 1)
        limits.perAddress = Rate(count: .max, perNanoseconds: 1)
        #expect(limits.burstCount > 0)
        limits.burst = 7
        #expect(limits.burstCount == 7)
        limits.burst = nil
        limits.perAddress = nil
        #expect(limits.burstCount == 1)
    }

    @Test func servers() {
        let right = [
            "http://127.0.0.1:9000": "http://127.0.0.1:9000", "HTTP://Shop.Internal": "http://shop.internal:80",
            "https://shop.internal/": "https://shop.internal:443", "http://[::1]:9000": "http://[::1]:9000",
            "http://[2001:DB8::1]": "http://[2001:db8::1]:80", "http://my_service:3000": "http://my_service:3000",
            "http://1.example": "http://1.example:80", "http://xn--bcher-kva.example": "http://xn--bcher-kva.example:80",
        ]
        for (text, written) in right {
            let server = UpstreamServer(text)
            #expect(server?.description == written)
            #expect(UpstreamServer(written) == server)
        }
        for text in [
            "", "http://", "http:///", "127.0.0.1:9000", "ftp://a", "http://a/b", "http://a?b", "http://u@a", "http://a:0",
            "http://a:65536", "http://a:", "http://a:1:2", "http://::1", "http://::1:80", "http://[::1", "http://[a]",
            "http://a b",
            "http://1.2.3", "http://256.1.1.1", "http://-a", "http://a..b", "http://a.", "http://bücher.example",
            "http://a:+1",
            "http://[127.0.0.1]:80", "http://a//", "http://a\\b", "http://a%20b",
            "http://" + String(repeating: "a", count: 64),
        ] {
            #expect(UpstreamServer(text) == nil, "\(text)")
        }
        #expect(UpstreamServer("http://a")?.authority == "a")
        #expect(UpstreamServer("https://a:80")?.authority == "a:80")
        #expect(UpstreamServer("https://[::1]:443")?.authority == "[::1]")
        #expect(UpstreamServer("https://[::1]:443")?.address == .loopback6)
        #expect(UpstreamServer("https://a")?.address == nil)
    }

    @Test func nearness() {
        let words = ["listen", "loops", "backlog"]
        #expect(Nearness.nearest(to: "lisen", of: words) == "listen")
        #expect(Nearness.nearest(to: "lsiten", of: words) == "listen")
        #expect(Nearness.nearest(to: "LISTEN".lowercased(), of: words) == "listen")
        #expect(Nearness.nearest(to: "zzz", of: words) == nil)
        #expect(Nearness.nearest(to: "", of: words) == nil)
        #expect(Nearness.nearest(to: String(repeating: "l", count: 65), of: words) == nil)
        #expect(Nearness.distance(Array("kitten".utf8), Array("sitting".utf8)) == 3)
        #expect(Nearness.distance(Array("ab".utf8), Array("ba".utf8)) == 1)
        #expect(Nearness.distance([], Array("abc".utf8)) == 3)
    }
}

/// SplitMix64: the same seed gives the same run.
struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}
