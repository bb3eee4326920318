import Bytes
import Testing

@testable import Telemetry

@Suite struct RequestIDTests {
    @Test(arguments: ["a", "6f1c2b9e-0001", "A.Z_a:z+0/9=@-", String(repeating: "x", count: 128)])
    func keepsASafeOne(_ incoming: String) {
        var bytes = ByteBuffer()
        RequestID.append(incoming: incoming.utf8.span, orMade: 1, 2, to: &bytes)
        #expect(bytes.span.string == incoming)
    }

    @Test(arguments: [
        "", " ", "a b", "a\n", "a\"", "<script>", "é", "a,b", "a;b", "%41", String(repeating: "x", count: 129),
    ])
    func makesAnotherForTheRest(_ incoming: String) {
        var bytes = ByteBuffer()
        RequestID.append(incoming: incoming.utf8.span, orMade: 1, .max, to: &bytes)
        #expect(bytes.span.string == "0000000000000001ffffffffffffffff")
        #expect(bytes.count == RequestID.madeBytes)
        #expect(RequestID.isSafe(bytes.span) == true)
    }

    @Test func allowsExactlyTheListedBytes() {
        let listed = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:+/=@-".utf8)
        for byte in UInt8.min...UInt8.max {
            let bytes = [byte]
            let isSafe = RequestID.isSafe(bytes.span)
            #expect(isSafe == listed.contains(byte))
        }
    }
}
