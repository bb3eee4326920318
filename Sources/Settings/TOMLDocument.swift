import CToml

/// A file's text as a tree of items. The only place that knows the C side.
struct TOMLDocument {
    /// In the order in which they stand in the file.
    private(set) var items: [Item] = []

    init(_ bytes: [UInt8], file: String) throws(SettingsProblem) {
        let parsed = bytes.withUnsafeBufferPointer { buffer in
            buffer.withMemoryRebound(to: CChar.self) { ctoml_parse($0.baseAddress, $0.count) }
        }
        guard let parsed else { throw SettingsProblem(place: .file(file), saying: "no memory left to read it") }
        defer { ctoml_free(parsed) }
        var line: UInt32 = 0
        var column: UInt32 = 0
        if let error = ctoml_error(parsed, &line, &column) {
            let fault = SyntaxFault(description: String(cString: error), line: Int(line), column: Int(column))
            throw fault.problem(in: bytes, file: file)
        }
        items = Self.tree(of: parsed, file: file)
    }

    /// Unflattens without recursion: an entry deeper than the last opens a level, a shallower one closes some.
    private static func tree(of parsed: OpaquePointer, file: String) -> [Item] {
        var open: [(items: [Item], depth: UInt32)] = [([], 0)]
        func close(to depth: UInt32) {
            while open.count > 1, open[open.count - 1].depth > depth {
                let held = open.removeLast().items
                let last = open[open.count - 1].items.count - 1
                if last >= 0 { open[open.count - 1].items[last].hold(held) }
            }
        }
        for index in 0..<ctoml_count(parsed) {
            guard let entry = ctoml_at(parsed, index)?.pointee else { break }
            if entry.depth > open[open.count - 1].depth { open.append(([], entry.depth)) } else { close(to: entry.depth) }
            open[open.count - 1].items.append(item(entry, file: file))
        }
        close(to: 0)
        return sorted(open.first?.items ?? [])
    }

    private static func item(_ entry: ctoml_entry, file: String) -> Item {
        let value: Item.Value =
            switch entry.kind {
            case ctoml_table: .table([], isHeader: entry.header)
            case ctoml_array: .list([])
            case ctoml_string: .string(text(entry.string, entry.string_length))
            case ctoml_integer: .integer(entry.integer)
            case ctoml_float: .float(entry.floating)
            case ctoml_boolean: .boolean(entry.boolean)
            default: .date
            }
        return Item(
            name: text(entry.key, entry.key_length), value: value, place: .line(file: file, line: Int(entry.line)))
    }

    private static func text(_ start: UnsafePointer<CChar>?, _ length: Int) -> String {
        guard let start else { return "" }
        return UnsafeBufferPointer(start: start, count: length).withMemoryRebound(to: UInt8.self) {
            String(decoding: $0, as: UTF8.self)
        }
    }

    /// toml++ keeps a table by name; people read it by line. (Sorting is not stable, so the name decides between equals.)
    fileprivate static func sorted(_ items: [Item]) -> [Item] {
        items.sorted { ($0.place.line, $0.name) < ($1.place.line, $1.name) }
    }
}

extension Item {
    fileprivate mutating func hold(_ items: [Item]) {
        switch value {
        case .list: value = .list(items)
        case .table(_, let isHeader): value = .table(TOMLDocument.sorted(items), isHeader: isHeader)
        default: break
        }
    }
}

extension SettingsProblem.Place {
    /// For putting problems in order: what has no line comes after the lines, flags last.
    var line: Int {
        switch self {
        case .line(_, let line): line
        case .file, .defaults: Int.max - 1
        case .flag: Int.max
        }
    }
}
