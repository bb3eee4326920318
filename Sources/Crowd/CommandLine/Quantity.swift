/// Numbers with units, as people write them on a command line.
public enum Quantity {
    /// `250ms`, `10s`, `5m`, `1h`, as nanoseconds; nil for anything else.
    public static func nanoseconds(_ text: some StringProtocol) -> UInt64? {
        let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let unit: Double? =
            switch text.dropFirst(digits.count) {
            case "ms": 1e6
            case "s": 1e9
            case "m": 60e9
            case "h": 3600e9
            default: nil
            }
        guard let unit, let number = Double(digits), number * unit < 1e18 else { return nil }
        return UInt64(number * unit)
    }

    /// `100/s`, `30/m`, as so many a second; nil for anything else.
    public static func perSecond(_ text: some StringProtocol) -> Double? {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let number = Double(parts[0]), number >= 0, number.isFinite else { return nil }
        return switch parts[1] {
        case "s": number
        case "m": number / 60
        case "h": number / 3600
        default: nil
        }
    }

    /// Between 0 and 1.
    public static func share(_ text: String) -> Double? {
        guard let number = Double(text), (0...1).contains(number) else { return nil }
        return number
    }

    // MARK: Writing

    /// With one digit behind the point.
    public static func tenths(_ number: Double) -> String {
        let tenths = Int((abs(number) * 10).rounded())
        return "\(number < 0 && tenths > 0 ? "-" : "")\(tenths / 10).\(tenths % 10)"
    }

    public static func seconds(_ nanoseconds: UInt64) -> Double { Double(nanoseconds) / 1e9 }

    /// Milliseconds below a second, seconds above.
    public static func text(_ nanoseconds: UInt64) -> String {
        nanoseconds < 1_000_000_000
            ? "\(tenths(Double(nanoseconds) / 1e6)) ms" : "\(tenths(Double(nanoseconds) / 1e9)) s"
    }
}
