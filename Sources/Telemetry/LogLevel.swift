/// How much a line matters; a journal writes those up to its level.
public enum LogLevel: UInt8, Sendable, Comparable, CaseIterable {
    /// Somebody has to act.
    case error
    /// Something is wrong and was dealt with.
    case warning
    /// What an operator wants to find afterwards.
    case info
    /// What only a search for a fault needs.
    case debug

    public init?(_ name: String) {
        switch name {
        case "error": self = .error
        case "warning": self = .warning
        case "info": self = .info
        case "debug": self = .debug
        default: return nil
        }
    }

    public var name: StaticString {
        switch self {
        case .error: "error"
        case .warning: "warning"
        case .info: "info"
        case .debug: "debug"
        }
    }

    @inlinable public static func < (left: LogLevel, right: LogLevel) -> Bool { left.rawValue < right.rawValue }
}

/// How a line is written.
public enum LogFormat: String, Sendable, CaseIterable {
    /// `time level event key=value key="a value"`, for people and grep.
    case text
    /// One JSON object a line.
    case json
}
