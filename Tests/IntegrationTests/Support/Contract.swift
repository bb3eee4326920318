import Foundation

/// `openapi.yaml`, as far as a test compares it with the program. It reads the one way in which that file is written: by its indentation.
struct Contract {
    struct Operation: Hashable {
        let path: String
        let method: String
    }

    private(set) var statuses: [Operation: Set<Int>] = [:]
    let states: Set<String>
    let statusNames: Set<String>
    let problemNames: Set<String>

    init() throws {
        let file = #filePath.components(separatedBy: "/Tests/")[0] + "/openapi.yaml"
        let lines = try String(contentsOfFile: file, encoding: .utf8).components(separatedBy: "\n")
        states = Self.list(lines.first { $0.hasPrefix("          enum: [waiting,") } ?? "")
        statusNames = Self.names(in: lines, ofSchema: "Status")
        problemNames = Self.names(in: lines, ofSchema: "Problem")
        var (path, method) = ("", "")
        var anchors: [String: Set<Int>] = [:]
        var anchor: String?
        for line in lines.drop(while: { $0 != "paths:" }).prefix(while: { $0 != "components:" }) {
            let text = line.trimmingCharacters(in: .whitespaces)
            switch line.prefix(while: { $0 == " " }).count {
            case 2 where text.hasPrefix("/"): path = String(text.dropLast())
            case 4 where text.hasSuffix(":"): method = text.dropLast().uppercased()
            case 6 where text.hasPrefix("responses:"):
                statuses[Operation(path: path, method: method)] = []
                let word = text.split(separator: " ").dropFirst().first.map(String.init)
                anchor = word.flatMap { $0.hasPrefix("&") ? String($0.dropFirst()) : nil }
                if let word, word.hasPrefix("*") {
                    statuses[Operation(path: path, method: method)] = anchors[String(word.dropFirst())]
                }
            case 8 where text.hasPrefix("\""):
                guard let status = Int(text.dropFirst().prefix(3)) else { continue }
                statuses[Operation(path: path, method: method), default: []].insert(status)
                if let anchor { anchors[anchor, default: []].insert(status) }
            default: break
            }
        }
    }

    private static func list(_ line: String) -> Set<String> {
        let inside = line.drop { $0 != "[" }.dropFirst().prefix { $0 != "]" }
        return Set(inside.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) })
    }

    private static func names(in lines: [String], ofSchema schema: String) -> Set<String> {
        let own = lines.drop { $0 != "    \(schema):" }.dropFirst().prefix { $0.hasPrefix("      ") }
        let names = own.filter { $0.hasPrefix("        ") && $0.dropFirst(8).first != " " }
        return Set(names.map { String($0.dropFirst(8).prefix { $0 != ":" }) })
    }
}
