import Bytes
import Foundation

@testable import Telemetry

/// A folder that goes away with the test.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("telemetry-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { path + "/" + name }

    func bytes(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: file(name)))) }

    func lines(_ name: String) throws -> [String] {
        String(decoding: try bytes(name), as: UTF8.self).split(separator: "\n").map(String.init)
    }
}

/// Long enough for any machine; a test that needs it has failed.
let patienceMilliseconds = 60_000

/// 2026-11-20T09:39:51.123Z
let someTime: Int64 = 1_795_167_591_123_000_000

func object(_ line: String) throws -> [String: any Sendable] {
    let parsed = try JSONSerialization.jsonObject(with: Data(line.utf8))
    return (parsed as? [String: any Sendable]) ?? [:]
}

/// What a journal or an access log writes, line by line.
func written(_ format: LogFormat, _ body: (LogWriter) -> Void) throws -> [String] {
    let folder = try TemporaryFolder()
    let writer = try LogWriter(to: .file(folder.file("log")), format: format)
    body(writer)
    guard writer.close(millisecondsMax: patienceMilliseconds) else { return [] }
    return try folder.lines("log")
}
