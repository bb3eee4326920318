import Foundation
import TestSupport

@testable import Ledger

/// What both checkers say of an export.
struct Checked {
    let verdict: Findings.Verdict
    let findings: [String]
    let python: FinishedProgram

    static let root = #filePath.components(separatedBy: "/Tests/")[0]

    init(_ text: String, tickets: [String] = []) throws {
        let check = try ExportCheck(try ReadExport(text))
        verdict = check.findings.verdict
        findings =
            check.findings.violations.map { "violated: \($0)" } + check.findings.doubts.map { "not proven: \($0)" }
        let path = NSTemporaryDirectory() + "export-" + UUID().uuidString
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: path) }
        let words = tickets.flatMap { ["--ticket", $0] }
        python = try FinishedProgram.run(["/usr/bin/python3", "scripts/check-export", path] + words, folder: Self.root)
    }

    /// Both say so, for this reason.
    func says(_ verdict: Findings.Verdict, _ code: Finding.Code? = nil) -> Bool {
        let exit: Int32 = [.holds: 0, .violated: 1, .notProven: 3][verdict] ?? -1
        guard self.verdict == verdict, python.exitCode == exit else { return false }
        guard let code else { return true }
        let reason = "\(verdict.rawValue): \(code.rawValue)"
        return findings.contains { $0.hasPrefix(reason) }
            && python.output.split(separator: "\n").contains { $0.hasPrefix(reason) }
    }

    var said: String { "\(verdict):\n\(findings.joined(separator: "\n"))\npython \(python.exitCode):\n\(python.said)" }
}

/// An export that somebody has a hand in, who knows how it is sealed.
struct Altered {
    var rows: [[String]]

    private static let columns = ExportRow.columns

    init(_ export: Export) { rows = export.rows.enumerated().map { $1.fields(at: $0 + 1) } }

    static func column(_ name: String) -> Int { columns.firstIndex(of: name) ?? 0 }

    subscript(row: Int, name: String) -> String {
        get { rows[row][Self.column(name)] }
        set { rows[row][Self.column(name)] = newValue }
    }

    func all(_ kind: String) -> [Int] { rows.indices.filter { self[$0, "kind"] == kind } }

    func detail(_ row: Int, _ name: String) -> String { LedgerRow.Details(text: self[row, "details"])?[name] ?? "" }

    mutating func set(_ row: Int, _ name: String, _ value: String) {
        self[row, "details"] = self[row, "details"].split(separator: " ").map {
            $0.hasPrefix(name + "=") ? "\(name)=\(value)" : String($0)
        }.joined(separator: " ")
    }

    mutating func shift(_ row: Int, _ name: String, by time: Int64) {
        if let old = Int64(self[row, name]) { self[row, name] = "\(old + time)" }
    }

    /// The rows of each process without a hole in their numbers.
    mutating func renumber() {
        var next: [String: Int] = [:]
        for row in rows.indices.sorted(by: { (Int(self[$0, "n"]) ?? 0, $0) < (Int(self[$1, "n"]) ?? 0, $1) })
        where !self[row, "run"].isEmpty {
            next[self[row, "run"], default: 0] += 1
            self[row, "n"] = "\(next[self[row, "run"]] ?? 0)"
        }
    }

    /// As a file that says of itself that it is whole.
    var sealed: String {
        var lines = [Self.columns] + rows
        for row in rows.indices { lines[row + 1][0] = "\(row + 1)" }
        let seal = Export.seal(lines)
        let end = ["\(rows.count + 1)", "end"] + Array(repeating: "", count: 10) + ["rows=\(rows.count) sha256=\(seal)"]
        return (lines + [end]).map { $0.joined(separator: ",") + "\n" }.joined()
    }
}
