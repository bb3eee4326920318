/// What a check has found, with the row where it is to be seen.
public struct Finding: Hashable, Sendable, CustomStringConvertible {
    public enum Code: String, Sendable, CaseIterable {
        /// The file is not as it was written.
        case seal
        /// Rows are missing, a node has no ledger, a process ended without a word.
        case gap
        /// The line was lost or moved, and another one went on.
        case line
        /// The store's clock or its counts went back.
        case back
        /// A row's time is not between the ticks that it names.
        case bounds
        /// Two have one place; one has two; a place is not where its arrival puts it.
        case place
        /// Somebody was admitted whose place the head had not reached, or past others who waited.
        case order
        case rate, cap
        /// A ticket was admitted twice.
        case twice
        /// More or fewer sessions or newcomers than the store has counted.
        case count
        case draw
    }

    public let code: Code
    /// From 1 on; nil: of no single row.
    public let row: Int?
    public let text: String

    public var description: String { "\(code.rawValue)\(row.map { " row \($0)" } ?? ""): \(text)" }
}

/// What was found, of which only so much is told.
public struct Findings: Sendable {
    public static let toldMax = 20

    /// What is not as it was promised.
    public internal(set) var violations: [Finding] = []
    /// What cannot be known from this file, be it right or wrong.
    public internal(set) var doubts: [Finding] = []

    mutating func violated(_ code: Finding.Code, _ row: Int?, _ text: String) {
        violations.append(Finding(code: code, row: row, text: text))
    }

    mutating func unproven(_ code: Finding.Code, _ row: Int?, _ text: String) {
        doubts.append(Finding(code: code, row: row, text: text))
    }

    public enum Verdict: String, Sendable {
        case holds
        case violated
        case notProven = "not proven"
    }

    public var verdict: Verdict { !violations.isEmpty ? .violated : doubts.isEmpty ? .holds : .notProven }
}
