/// What is wrong with a field line, of a request, of an answer, or of trailers.
public enum FieldFault: Error, Equatable, Sendable {
    case bareCarriageReturn
    case bareLineFeed
    case controlCharacter
    case foldedLine
    case blankInName
    case emptyName
    case badName
    case missingColon

    public var reason: StaticString {
        switch self {
        case .bareCarriageReturn: "a CR is not followed by LF"
        case .bareLineFeed: "a line ends with LF alone; it must be CR LF"
        case .controlCharacter: "a control character is in the head"
        case .foldedLine: "a field line begins with white space (obsolete folding)"
        case .blankInName: "white space in a field name or before its colon"
        case .emptyName: "a field has no name"
        case .badName: "a field name has a character that is not allowed in a token"
        case .missingColon: "a field line has no colon"
        }
    }
}
