/// Where a service is and, mostly, with which password. Printed, it shows no password; whoever connects reads `text`.
public struct ServiceURL: Sendable, Hashable {
    public var text: String

    public init(_ text: String) { self.text = text }

    public var isEmpty: Bool { text.isEmpty }
}

extension ServiceURL: CustomStringConvertible {
    public var description: String {
        guard let scheme = text.firstRange(of: "://"), let at = text.lastIndex(of: "@"), scheme.upperBound <= at else {
            return text
        }
        let login = text[scheme.upperBound..<at]
        guard let colon = login.firstIndex(of: ":") else { return text }
        return "\(text[..<colon]):***\(text[at...])"
    }
}
