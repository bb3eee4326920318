/// What a template may name, as `{{name}}`. `docs/PAGE.md` says what each is.
enum PageVariable: String, CaseIterable, Sendable {
    // The same for everybody.
    case lang, style, script, texts
    // Of the room, the visitor and the moment.
    case title, room, state, headline, next, place, behind, wait, message, notice, opens, languages, json
    case pollSeconds = "poll_seconds"

    /// Where in a page it may stand.
    enum Place { case text, markup, style, script, data }

    var place: Place {
        switch self {
        case .style: .style
        case .script: .script
        case .texts, .json: .data
        case .languages: .markup
        default: .text
        }
    }

    /// Known when the template is read.
    var isConstant: Bool {
        switch self {
        case .lang, .style, .script, .texts: true
        default: false
        }
    }

    static let textPrefix = "text."
    static var names: String { allCases.map(\.rawValue).joined(separator: ", ") + " and \(textPrefix)KEY" }
}
