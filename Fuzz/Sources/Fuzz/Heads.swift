import Bytes
import HTTP

// What holds for every head that was taken, whoever sent it.

/// RFC 9110 5.6.2: the bytes of a token.
func isToken(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"):
        true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
}

/// The fields as name and value, after a look at their bytes.
func checkedFields(_ fields: [Field], in bytes: [UInt8], headCount: Int, fieldsMax: Int) -> [(name: String, value: [UInt8])]
{
    hold(fields.count <= fieldsMax, "\(fields.count) fields, \(fieldsMax) allowed")
    return fields.map { field in
        hold(
            field.name.range.upperBound <= headCount && field.value.range.upperBound <= headCount,
            "a field outside of the head")
        let name = Array(bytes[field.name.range])
        let value = Array(bytes[field.value.range])
        hold(!name.isEmpty && name.allSatisfy(isToken), "a field name that is no token: \(text(name))")
        hold(value.allSatisfy { $0 == 9 || ($0 >= 32 && $0 != 127) }, "a control character in the value of \(text(name))")
        hold(value.first.map { $0 != 32 && $0 != 9 } ?? true, "white space before the value of \(text(name))")
        hold(value.last.map { $0 != 32 && $0 != 9 } ?? true, "white space behind the value of \(text(name))")
        return (text(name).lowercased(), value)
    }
}

/// The framing is what the fields say, and they say one thing.
func checkFraming(_ framing: BodyFraming, fields: [(name: String, value: [UInt8])], isRequest: Bool) {
    let lengths = fields.filter { $0.name == "content-length" }.map(\.value)
    let codings = fields.filter { $0.name == "transfer-encoding" }.map(\.value)
    hold(lengths.isEmpty || codings.isEmpty, "both Content-Length and Transfer-Encoding were taken")
    hold(
        codings.count <= 1 && codings.allSatisfy { text($0).lowercased() == "chunked" },
        "Transfer-Encoding is not just chunked")
    let values = Set(
        lengths.flatMap { $0.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) }.map { number($0) })
    hold(values.count <= 1 && !values.contains(nil), "Content-Length is not one number")
    switch framing {
    case .chunked: hold(!codings.isEmpty, "chunked, and no field says so")
    case .length(let length): hold(values.contains(length), "a length that no field says")
    case .untilClose: hold(!isRequest, "a request that ends with the connection")
    case .none:
        hold(
            !isRequest || (codings.isEmpty && (values.isEmpty || values.contains(0))), "a body was announced and is not read"
        )
    }
}

/// Digits with white space around them; nil for anything else and for what does not fit.
func number(_ bytes: some Sequence<UInt8>) -> UInt64? {
    let digits = text(bytes).drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed()
    guard !digits.isEmpty, digits.allSatisfy({ $0 >= "0" && $0 <= "9" }) else { return nil }
    return UInt64(String(digits))
}

func text(_ bytes: some Sequence<UInt8>) -> String { String(decoding: Array(bytes), as: UTF8.self) }
