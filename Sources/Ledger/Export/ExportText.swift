import Admission
import Digest

/// An export as a file: the same rows as CSV and as JSON.
public enum ExportFormat: String, Sendable, CaseIterable {
    case csv, json
}

extension Export {
    /// Ends with a row that says how many rows there are, and the SHA-256 of their lines as CSV.
    public func text(_ format: ExportFormat) -> String {
        var lines = [ExportRow.columns] + rows.enumerated().map { $1.fields(at: $0 + 1) }
        var end = ExportRow(kind: "end")
        end.details.add("rows", rows.count)
        end.details.add("sha256", Self.seal(lines))
        lines.append(end.fields(at: rows.count + 1))
        switch format {
        case .csv: return lines.map { $0.joined(separator: ",") + "\n" }.joined()
        case .json:
            let written = lines.map { fields in "[" + fields.map { "\"\($0)\"" }.joined(separator: ",") + "]" }
            return "{\"columns\":\(written[0]),\"rows\":[\n" + written.dropFirst().joined(separator: ",\n") + "\n]}\n"
        }
    }

    static func seal(_ lines: [[String]]) -> String {
        SHA256Value(of: lines.flatMap { Array(($0.joined(separator: ",") + "\n").utf8) }).hex
    }
}

/// An export that was read, and whether it is as it was written.
public struct ReadExport: Sendable {
    public let export: Export
    /// What has been done to the file since.
    public let alterations: [String]

    public init(_ text: String) throws(ExportFault) {
        let lines = try text.first == "{" ? Self.json(text) : Self.csv(text)
        guard lines.first == ExportRow.columns else {
            throw ExportFault("it does not begin with the columns \(ExportRow.columns.joined(separator: ","))")
        }
        var rows: [ExportRow] = []
        var altered: [String] = []
        for (at, fields) in lines.dropFirst().enumerated() {
            guard let row = ExportRow(fields) else {
                throw ExportFault("row \(at + 1) is none: \(fields.joined(separator: ","))")
            }
            if fields[0] != "\(at + 1)", altered.count < 10 {
                altered.append("row \(fields[0]) stands where row \(at + 1) should")
            }
            rows.append(row)
        }
        guard let first = rows.first, first.kind == "export", let room = first.details["room"],
            let salt = first.details["salt"].flatMap(Hex.bytes)
        else { throw ExportFault("its first row is not of kind export, with room and salt") }
        guard first.details["format"] == "\(Export.version)" else {
            throw ExportFault("it is of format \(first.details["format"] ?? "?"), and this program reads \(Export.version)")
        }
        if rows.last?.kind == "end", let end = rows.popLast() {
            if end.details["rows"] != "\(rows.count)" {
                altered.append("there are \(rows.count) rows, and the last one says \(end.details["rows"] ?? "nothing")")
            }
            let seal = Export.seal(Array(lines.dropLast()))
            if end.details["sha256"] != seal {
                altered.append("the SHA-256 of the rows is \(seal), and the last row says another")
            }
        } else {
            altered.append("it does not end with a row of kind end")
        }
        export = Export(room: room, salt: salt, rows: rows)
        alterations = altered
    }

    private static func csv(_ text: String) throws(ExportFault) -> [[String]] {
        text.split(separator: "\n").map { line in
            let line = line.hasSuffix("\r") ? line.dropLast() : line
            return line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
    }

    /// As it is written here: a row a line, and nothing in it that would need a backslash.
    private static func json(_ text: String) throws(ExportFault) -> [[String]] {
        var lines: [[String]] = []
        for line in text.split(separator: "\n") where line != "]}" {
            guard let start = line.firstIndex(of: "["), let end = line.lastIndex(of: "]"), start < end else {
                throw ExportFault("\"\(line.prefix(80))\" is no row; an export in JSON has one a line, as it was written")
            }
            var list = line[line.index(after: start)..<end]
            // The first line has the columns, and opens the list of the rows.
            if line.hasPrefix("{"), let close = line.firstIndex(of: "]") { list = line[line.index(after: start)..<close] }
            guard list.hasPrefix("\""), list.hasSuffix("\""), list.count >= 2 else {
                throw ExportFault("\"\(line.prefix(80))\" is no row")
            }
            lines.append(
                list.dropFirst().dropLast().split(separator: "\",\"", omittingEmptySubsequences: false).map(String.init))
        }
        return lines
    }
}
