import Admission

/// A live change as a field of the hash `control`, where an operator can read it.
struct ControlField: Equatable {
    let name: String
    /// Nil takes an earlier one back.
    let value: String?

    init(_ change: ControlChange) {
        switch change.bounded {
        case .rate(let rate): (name, value) = ("rate", rate.map(AdaptedField.rate))
        case .burst(let burst): (name, value) = ("burst", burst.map(String.init))
        case .slotsMax(let slotsMax): (name, value) = ("slotsMax", slotsMax.map(String.init))
        case .state(let state): (name, value) = ("state", state?.rawValue)
        case .opensAt(let opensAt): (name, value) = ("opensAt", opensAt.map(String.init))
        case .message(let message): (name, value) = ("message", message)
        }
    }

    /// Those that are set.
    static func all(_ controls: RoomControls) -> [ControlField] {
        let changes: [ControlChange] = [
            .rate(controls.rate), .burst(controls.burst), .slotsMax(controls.slotsMax), .state(controls.state),
            .opensAt(controls.opensAt), .message(controls.message),
        ]
        return changes.map(ControlField.init).filter { $0.value != nil }
    }
}

/// The adapted rate as the field `adapted` of that hash: version, rate, since when, why.
enum AdaptedField {
    static func text(_ adapted: AdaptedRate) -> String {
        "\(adapted.version) \(rate(adapted.rate)) \(adapted.since) \(adapted.reason.word)"
    }

    static func rate(_ rate: AdmissionRate) -> String { "\(rate.count)/\(rate.perMicroseconds)" }

    static func rate(_ text: some StringProtocol) -> AdmissionRate? {
        let numbers = text.split(separator: "/", omittingEmptySubsequences: false).map { Int64($0) }
        guard numbers.count == 2, let count = numbers[0], let per = numbers[1] else { return nil }
        return AdmissionRate(count: count, perMicroseconds: per)
    }

    static func value(_ text: String) -> AdaptedRate? {
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 4, let version = Int64(words[0]), let rate = rate(words[1]), let since = Int64(words[2]),
            let reason = AdaptedRate.Reason(word: String(words[3]))
        else { return nil }
        return AdaptedRate(version: version, rate: rate, since: since, reason: reason)
    }
}

extension RoomControls {
    /// Nil for a value that is none. A field that this version does not know is left alone: the script of a later version
    /// acts by it.
    init?(fields: [(name: String, value: String)]) {
        self.init()
        for (name, value) in fields where !take(name, value) { return nil }
    }

    private mutating func take(_ name: String, _ value: String) -> Bool {
        switch name {
        case "version": return Int64(value).map { version = $0 } != nil
        case "rate":
            rate = AdaptedField.rate(value)
            return rate != nil
        case "burst":
            burst = Int64(value)
            return burst != nil
        case "slotsMax":
            slotsMax = Int64(value)
            return slotsMax != nil
        case "state":
            state = RoomState(rawValue: value)
            return state != nil
        case "opensAt":
            opensAt = Int64(value)
            return opensAt != nil
        case "message": message = value
        case "adapted":
            adapted = AdaptedField.value(value)
            return adapted != nil
        default: break
        }
        return true
    }
}
