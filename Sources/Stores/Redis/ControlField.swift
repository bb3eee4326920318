import Admission

/// A live change as a field of the hash `control`, where an operator can read it.
struct ControlField: Equatable {
    let name: String
    /// Nil takes an earlier one back.
    let value: String?

    init(_ change: ControlChange) {
        switch change.bounded {
        case .rate(let rate): (name, value) = ("rate", rate.map { "\($0.count)/\($0.perMicroseconds)" })
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
            let numbers = value.split(separator: "/", omittingEmptySubsequences: false).map { Int64($0) }
            guard numbers.count == 2, let count = numbers[0], let per = numbers[1] else { return false }
            rate = AdmissionRate(count: count, perMicroseconds: per)
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
        default: break
        }
        return true
    }
}
