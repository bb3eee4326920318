import Bytes
import Settings

/// Reads a template in one go: as much HTML as is needed to know where a variable stands.
struct PageTemplateReader {
    private enum Place: Equatable {
        case text, comment
        case tag(quote: UInt8?)
        case script, data, style
    }

    private(set) var pieces: [PageTemplate.Piece] = []
    private(set) var problems: [SettingsProblem] = []
    private let bytes: [UInt8]
    private let file: String
    private let keys: Set<String>
    private var at = 0
    private var line = 1
    private var place = Place.text
    private var tag: [UInt8] = []
    private var plain: [UInt8] = []

    static let problemsMax = 20

    init(_ bytes: [UInt8], file: String, keys: Set<String>) {
        self.bytes = bytes
        self.file = file
        self.keys = keys
    }

    mutating func read() {
        while at < bytes.count, problems.count < Self.problemsMax {
            if begins("{{") { readVariable() } else { readByte() }
        }
        endPlain()
        switch place {
        case .script, .data: refuse("ends within <script>", instead: "</script>")
        case .style: refuse("ends within <style>", instead: "</style>")
        case .text, .comment, .tag: break
        }
    }

    // MARK: HTML

    private mutating func readByte() {
        let byte = bytes[at]
        switch place {
        case .text:
            if begins("<!--") {
                place = .comment
            } else if byte == UInt8(ascii: "<"), at + 1 < bytes.count, bytes[at + 1].isLetterOrSlash {
                place = .tag(quote: nil)
                tag = []
            }
        case .comment: if begins("-->") { place = .text }
        case .tag(let quote):
            if let quote {
                if byte == quote { place = .tag(quote: nil) }
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                place = .tag(quote: byte)
            } else if byte == UInt8(ascii: ">") {
                return endTag()
            }
            tag.append(byte)
        case .script, .data: if begins("</script") { endCode() }
        case .style: if begins("</style") { endCode() }
        }
        keep(byte)
    }

    private mutating func endTag() {
        keep(UInt8(ascii: ">"))
        let text = String(decoding: tag, as: UTF8.self).lowercased()
        let name = text.prefix { $0 != " " && $0 != "\n" && $0 != "\t" && $0 != "/" }
        switch name {
        case "script" where text.contains("json"): place = .data
        case "script": begin(.script, in: .script)
        case "style": begin(.style, in: .style)
        default: place = .text
        }
    }

    private mutating func begin(_ code: PageTemplate.Code, in next: Place) {
        endPlain()
        pieces.append(.codeBegins(code))
        place = next
    }

    private mutating func endCode() {
        if place != .data {
            endPlain()
            pieces.append(.codeEnds)
        }
        place = .tag(quote: nil)
        // The name of an end tag begins with a slash, and is nobody's.
        tag = [UInt8(ascii: "/")]
    }

    private mutating func keep(_ byte: UInt8) {
        if byte == UInt8(ascii: "\n") { line += 1 }
        plain.append(byte)
        at += 1
    }

    private mutating func endPlain() {
        if !plain.isEmpty { pieces.append(.bytes(plain)) }
        plain = []
    }

    private func begins(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard at + count <= bytes.count else { return false }
        for offset in 0..<count where bytes[at + offset].asciiLowercased != text.bytes[offset] { return false }
        return true
    }

    // MARK: Variables

    private mutating func readVariable() {
        var end = at + 2
        while end + 1 < bytes.count, bytes[end] != UInt8(ascii: "\n"), !(bytes[end] == 0x7d && bytes[end + 1] == 0x7d) {
            end += 1
        }
        guard end + 1 < bytes.count, bytes[end] == 0x7d else {
            refuse("{{ has no }} on its line", instead: nil)
            at += 2
            return
        }
        let name = String(decoding: bytes[(at + 2)..<end], as: UTF8.self).filter { $0 != " " }
        at = end + 2
        guard let piece = piece(name) else { return }
        endPlain()
        pieces.append(piece)
        // Of a tag it is a part like any other.
        if case .tag = place { tag.append(UInt8(ascii: "x")) }
    }

    private mutating func piece(_ name: String) -> PageTemplate.Piece? {
        let prefix = PageVariable.textPrefix
        if name.hasPrefix(prefix) {
            let key = String(name.dropFirst(prefix.count))
            guard keys.contains(key) else {
                refuse(
                    "{{\(name)}} is no text of the page; there are \(keys.sorted().joined(separator: ", "))", instead: nil)
                return nil
            }
            return allows(.text, name) ? .text(key) : nil
        }
        guard let variable = PageVariable(rawValue: name) else {
            refuse("{{\(name)}} is no variable of a page; there are \(PageVariable.names)", instead: nil)
            return nil
        }
        return allows(variable.place, name) ? .variable(variable) : nil
    }

    private mutating func allows(_ wanted: PageVariable.Place, _ name: String) -> Bool {
        let isRight =
            switch (wanted, place) {
            case (.text, .text), (.text, .comment), (.markup, .text): true
            case (.text, .tag(let quote)): quote != nil
            case (.style, .style), (.script, .script), (.data, .data): true
            default: false
            }
        if isRight { return true }
        let spot =
            switch wanted {
            case .text: "in text, or in an attribute within quotes; scripts find it in {{json}}"
            case .markup: "between tags, such as <ul>{{languages}}</ul>"
            case .style: "in <style>"
            case .script: "in <script>"
            case .data: "in <script type=\"application/json\">"
            }
        refuse("{{\(name)}} may stand only \(spot)", instead: nil)
        return false
    }

    private mutating func refuse(_ saying: String, instead: String?) {
        problems.append(SettingsProblem(place: .line(file: file, line: line), saying: saying, instead: instead))
    }
}

extension UInt8 {
    fileprivate var isLetterOrSlash: Bool { (97...122).contains(self | 0x20) || self == UInt8(ascii: "/") }
}
