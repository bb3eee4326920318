import Foundation
import Testing

/// Bodies larger than anybody would hold in memory, both ways, in both framings.
@Suite(.serialized) struct StreamTests {
    static let bytes = 256 << 20
    static let pieceBytes = 256 << 10
    /// What the program may grow by while such a body passes. Its buffers are some hundred kilobytes.
    static let growthKilobytesMax = 8 << 10

    static let piece = [UInt8](repeating: UInt8(ascii: "w"), count: pieceBytes)

    /// `/length` and `/chunked` answer with a large body; what is posted is counted.
    static let origin: ScriptedOrigin.Script = { connection in
        while true {
            let head = try connection.receiveHead()
            switch (head.method, head.target) {
            case ("GET", "/length"):
                try connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(bytes)\r\n\r\n")
                for _ in 0..<(bytes / pieceBytes) { try connection.send(piece) }
            case ("GET", "/chunked"):
                try connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                try sendChunks(on: connection)
            case ("POST", "/length"):
                try connection.answer("\(try connection.skip(bytes))")
            case ("POST", "/chunked"):
                var count = 0
                while let chunk = try connection.receiveChunk() { count += chunk.count }
                try connection.answer("\(count)")
            default:
                try connection.answer("ok")
            }
        }
    }

    static func sendChunks(on connection: RawConnection) throws {
        for _ in 0..<(bytes / pieceBytes) {
            try connection.send(String(pieceBytes, radix: 16) + "\r\n")
            try connection.send(piece)
            try connection.send("\r\n")
        }
        try connection.send("0\r\n\r\n")
    }

    private func withProgram(_ body: (RawConnection) throws -> Void) throws {
        let origin = try ScriptedOrigin(Self.origin)
        defer { origin.stop() }
        let program = try RunningProgram(ConfigText(upstream: origin.port, with: ["server.loops": 1]))
        defer { program.stop() }
        let client = try program.connect()
        #expect(try client.ask("/").text == "ok")
        let before = try program.memoryKilobytes("VmHWM")
        try body(client)
        let grown = try program.memoryKilobytes("VmHWM") - before
        #expect(grown < Self.growthKilobytesMax, "\(grown) kB more after \(Self.bytes >> 20) MB")
        #expect(try client.ask("/").text == "ok", "the connection is good for the next request")
    }

    @Test func downloadWithLength() throws {
        try withProgram { client in
            try client.send("GET /length HTTP/1.1\r\nHost: site.test\r\n\r\n")
            #expect(try client.receiveHead()["Content-Length"] == "\(Self.bytes)")
            #expect(try client.skip(Self.bytes) == Self.bytes)
        }
    }

    @Test func downloadInChunks() throws {
        try withProgram { client in
            try client.send("GET /chunked HTTP/1.1\r\nHost: site.test\r\n\r\n")
            #expect(try client.receiveHead().isChunked)
            var count = 0
            while let chunk = try client.receiveChunk() { count += chunk.count }
            #expect(count == Self.bytes)
        }
    }

    @Test func uploadWithLength() throws {
        try withProgram { client in
            try client.send("POST /length HTTP/1.1\r\nHost: site.test\r\nContent-Length: \(Self.bytes)\r\n\r\n")
            for _ in 0..<(Self.bytes / Self.pieceBytes) { try client.send(Self.piece) }
            #expect(try client.receiveAnswer().text == "\(Self.bytes)")
        }
    }

    @Test func uploadInChunks() throws {
        try withProgram { client in
            try client.send("POST /chunked HTTP/1.1\r\nHost: site.test\r\nTransfer-Encoding: chunked\r\n\r\n")
            try Self.sendChunks(on: client)
            #expect(try client.receiveAnswer().text == "\(Self.bytes)")
        }
    }
}
