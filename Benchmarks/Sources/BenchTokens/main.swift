import Address
import Admission
import Digest
import Glibc

// The row `pass-check`: what it costs to check a pass, to sign one, and to make no more than the MAC of as many bytes.
//
//   bench-tokens          prints `NAME NANOSECONDS` a line, and `token TOKEN` and `secret HEX` for others to measure with

func fail(_ words: String) -> Never {
    let line = Array("bench-tokens: \(words)\n".utf8)
    _ = write(STDERR_FILENO, line, line.count)
    exit(2)
}

/// The median of several rounds; the work says something that depends on all it did, so that none can be left out.
func nanoseconds(_ count: Int, _ work: () -> Int) -> Double {
    let clock = ContinuousClock()
    let rounds = (0..<15).map { _ in
        let start = clock.now
        var sum = 0
        for _ in 0..<count { sum &+= work() }
        if sum == 0 { fail("nothing was done") }
        let took = (clock.now - start).components
        return (Double(took.seconds) * 1e9 + Double(took.attoseconds) / 1e9) / Double(count)
    }
    return rounds.sorted()[7]
}

let now: UInt64 = 1_790_000_000
let secret = SecureRandom.bytes(32)
let ticket = TicketID(high: SecureRandom.word(), low: SecureRandom.word())
let pass = Pass(ticket: ticket, issued: now - 30, lifetimeSeconds: 120, sessionStart: now - 300)
guard let room = RoomName("concert"), let address = IPAddress("192.0.2.7") else { fail("no room") }

do {
    let ring = try KeyRing([TokenKey(identifier: "2026-11", secret: secret)])
    let key = MACKey(secret)
    var free: [UInt8] = []
    ring.sign(pass, room: room, into: &free)
    var bound: [UInt8] = []
    ring.sign(pass, room: room, boundTo: address, into: &bound)

    let check = { (text: [UInt8], address: IPAddress?) in
        guard case .valid(let pass) = ring.check(pass: text.span, room: room, boundTo: address, now: now) else {
            fail("a good pass is refused")
        }
        return Int(truncatingIfNeeded: pass.expires)
    }
    let signed = free.count - 44
    print("check", nanoseconds(20_000) { check(free, nil) })
    print("bound", nanoseconds(20_000) { check(bound, address) })
    print("mac", nanoseconds(20_000) { Int(key.authenticate(free.span.extracting(0..<signed)).span[0]) + 1 })
    // Another spelling of the same length, whatever the last two letters were.
    var forged = free
    forged.replaceSubrange((free.count - 2)..., with: Array((free[free.count - 2] == UInt8(ascii: "A") ? "QA" : "AA").utf8))
    print(
        "forged",
        nanoseconds(20_000) { ring.check(pass: forged.span, room: room, now: now) == .refused(.wrongSignature) ? 1 : 0 })
    var made: [UInt8] = []
    print(
        "sign",
        nanoseconds(20_000) {
            made.removeAll(keepingCapacity: true)
            ring.sign(pass, room: room, into: &made)
            return made.count
        })
    print("token", String(decoding: free, as: UTF8.self))
    print("secret", secret.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined())
} catch {
    fail("\(error)")
}
