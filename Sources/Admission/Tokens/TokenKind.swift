/// What a token is for; it stands in the header (`typ`), so that none can be used as another.
public enum TokenKind: String, CaseIterable, Sendable {
    case pass
    case ticket
}
