import Bytes

/// A value of JSON, for what operators and programs say to each other; nothing on the visitors' way is made of it.
enum JSONValue: Equatable, Sendable {
    case null
    case bool(Bool)
    case number(Double)
    case text(String)
    case list([JSONValue])
    /// In the order in which they are written.
    case object([JSONMember])

    subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    var text: String? { if case .text(let text) = self { text } else { nil } }
    var number: Double? { if case .number(let number) = self { number } else { nil } }
    var bool: Bool? { if case .bool(let bool) = self { bool } else { nil } }
    var list: [JSONValue]? { if case .list(let list) = self { list } else { nil } }
    var members: [JSONMember]? { if case .object(let members) = self { members } else { nil } }

    /// A number without a fraction that a `Double` keeps exactly.
    var integer: Int64? {
        guard let number, number.magnitude < 9_007_199_254_740_992, number == number.rounded() else { return nil }
        return Int64(number)
    }

    static func count(_ number: some BinaryInteger) -> JSONValue { .number(Double(number)) }

    static func optional(_ text: String?) -> JSONValue { text.map { .text($0) } ?? .null }
    static func optional(_ number: Double?) -> JSONValue { number.map { .number($0) } ?? .null }

    mutating func set(_ name: String, _ value: JSONValue) {
        guard case .object(var members) = self else { return }
        members.append(JSONMember(name: name, value: value))
        self = .object(members)
    }
}

struct JSONMember: Equatable, Sendable {
    var name: String
    var value: JSONValue
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    init(stringLiteral text: String) { self = .text(text) }
    init(integerLiteral number: Int) { self = .number(Double(number)) }
    init(booleanLiteral bool: Bool) { self = .bool(bool) }
    init(arrayLiteral list: JSONValue...) { self = .list(list) }
    init(dictionaryLiteral members: (String, JSONValue)...) {
        self = .object(members.map { JSONMember(name: $0.0, value: $0.1) })
    }
}

extension JSONValue {
    func append(to output: inout ByteBuffer) {
        switch self {
        case .null: output.append("null")
        case .bool(let bool): output.append(bool ? "true" as StaticString : "false")
        case .number(let number): output.append(Self.text(number))
        case .text(let text): JSONText.append(text, to: &output)
        case .list(let list):
            output.append("[")
            for (at, value) in list.enumerated() {
                if at > 0 { output.append(",") }
                value.append(to: &output)
            }
            output.append("]")
        case .object(let members):
            output.append("{")
            for (at, member) in members.enumerated() {
                if at > 0 { output.append(",") }
                JSONText.append(member.name, to: &output)
                output.append(":")
                member.value.append(to: &output)
            }
            output.append("}")
        }
    }

    var description: String {
        var output = ByteBuffer()
        append(to: &output)
        return output.span.string
    }

    /// Three digits behind the point are enough for whoever reads it; what is no number at all is null.
    private static func text(_ number: Double) -> String {
        guard number.isFinite else { return "null" }
        if number == number.rounded(), number.magnitude < 9_007_199_254_740_992 { return "\(Int64(number))" }
        return "\((number * 1000).rounded() / 1000)"
    }
}
