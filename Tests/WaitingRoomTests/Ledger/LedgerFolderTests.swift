import Foundation
import Testing

@testable import WaitingRoom

/// Ledgers on the disk: begun anew when they are large, gone when they are old, and no trouble to anybody.
@Suite struct LedgerFolderTests {
    private let path = NSTemporaryDirectory() + "ledger-" + UUID().uuidString

    private func sizes() throws -> [Int] {
        try LedgerFolder.names(path + "/main").map {
            try FileManager.default.attributesOfItem(atPath: "\(path)/main/\($0)")[.size] as? Int ?? 0
        }
    }

    @Test func theOldestGoesWhenThereIsTooMuch() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let bytesMax = 64 << 10
        var folder = LedgerFolder(path, run: "aa", node: "a", bytesMax: bytesMax, since: 1)
        let line = String(repeating: "x", count: 999) + "\n"
        for count in 1...200 {
            // Another process, which has the files of the first before it.
            if count == 100 { folder = LedgerFolder(path, run: "bb", node: "a", bytesMax: bytesMax, since: 2) }
            #expect(folder.append(line, to: "main") == nil)
            #expect(try sizes().reduce(0, +) <= bytesMax + 2000)
        }
        let names = LedgerFolder.names(path + "/main")
        #expect((7...10).contains(names.count) && names.last?.hasPrefix("2-bb-0000") == true, "\(names)")
        let first = try String(contentsOfFile: "\(path)/main/\(try #require(names.first))", encoding: .utf8)
        #expect(first.hasPrefix("waitingroom-ledger 1 main bb a\n"))
        let mode = try FileManager.default.attributesOfItem(atPath: "\(path)/main/\(names[0])")[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test func aFolderThatCannotBeMadeIsSaidAndTriedAgain() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        try "a file".write(toFile: path, atomically: true, encoding: .utf8)
        let folder = LedgerFolder(path, run: "aa", node: "a", bytesMax: 1 << 20, since: 1)
        #expect(folder.append("x\n", to: "main")?.contains("cannot be made") == true)
        try FileManager.default.removeItem(atPath: path)
        #expect(folder.append("x\n", to: "main") == nil)
        #expect(try sizes().count == 1)
    }
}
