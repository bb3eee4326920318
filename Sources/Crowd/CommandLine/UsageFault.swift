/// The command line cannot be followed; says what would be right.
public struct UsageFault: Error, Equatable, Sendable, CustomStringConvertible {
    public let description: String

    public init(_ description: String) { self.description = description }
}
