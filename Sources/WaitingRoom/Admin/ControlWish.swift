import Admission
import Settings

/// What an operator wants changed, out of JSON: `{"rate":"200/s","burst":10,"max_active":null,…}`; null takes back.
struct ControlWish: Equatable, Sendable {
    /// What is changed, in the names of the configuration.
    struct Item: Equatable, Sendable {
        let key: String
        let change: ControlChange
    }

    private(set) var items: [Item] = []

    var changes: [ControlChange] { items.map(\.change) }

    static let keys = ["rate", "burst", "max_active", "state", "opens_at", "message"]

    struct Refusal: Error, Equatable {
        let saying: String
    }

    init(_ body: JSONValue) throws(Refusal) {
        guard let members = body.members, !members.isEmpty else {
            throw Refusal(saying: "send an object with some of \(Self.keys.joined(separator: ", ")); null takes one back")
        }
        for member in members { items.append(Item(key: member.name, change: try Self.change(member))) }
    }

    private static func change(_ member: JSONMember) throws(Refusal) -> ControlChange {
        let value = member.value
        switch member.name {
        case "rate": return .rate(value == .null ? nil : try rate(value))
        case "burst": return .burst(value == .null ? nil : try count(value, "burst", 1...RoomRules.burstMax))
        case "max_active":
            if value.text == "off" { return .slotsMax(Settings.Room.slotsMax) }
            return .slotsMax(value == .null ? nil : try count(value, "max_active", 0...100_000_000))
        case "state":
            if value == .null { return .state(nil) }
            guard let state = value.text.flatMap(RoomState.init(rawValue:)) else {
                let all = RoomState.allCases.map(\.rawValue).joined(separator: ", ")
                throw Refusal(saying: "state is one of \(all), or null")
            }
            return .state(state)
        case "opens_at":
            if value == .null { return .opensAt(nil) }
            guard let moment = value.text.flatMap(Moment.init) else {
                throw Refusal(saying: "opens_at is a time such as \"2026-12-01T10:00:00+09:00\", or null")
            }
            return .opensAt(moment.unixSeconds * 1_000_000)
        case "message":
            if value == .null { return .message(nil) }
            guard let text = value.text, text.utf8.count <= RoomControls.messageBytesMax else {
                throw Refusal(saying: "message is a text of at most \(RoomControls.messageBytesMax) bytes, or null")
            }
            return .message(text.isEmpty ? nil : text)
        default: throw Refusal(saying: "there is no \"\(member.name)\"; there are \(keys.joined(separator: ", "))")
        }
    }

    private static func rate(_ value: JSONValue) throws(Refusal) -> AdmissionRate {
        let text = value.text ?? value.integer.map { "\($0)" } ?? ""
        let whole = text.allSatisfy(\.isNumber) && !text.isEmpty ? text + "/s" : text
        guard let rate = Rate(whole), rate.count <= UInt64(AdmissionRate.countMax) else {
            throw Refusal(
                saying: "rate is a number per second, or such as \"6000/m\", up to \(AdmissionRate.countMax), or null")
        }
        return rate.admissionRate
    }

    private static func count(_ value: JSONValue, _ key: String, _ bounds: ClosedRange<Int64>) throws(Refusal) -> Int64 {
        guard let number = value.integer ?? value.text.flatMap(Int64.init), bounds.contains(number) else {
            throw Refusal(saying: "\(key) is a whole number from \(bounds.lowerBound) to \(bounds.upperBound), or null")
        }
        return number
    }
}

extension RoomControls {
    /// What is set live under that name; null where nothing is.
    func value(_ key: String) -> JSONValue {
        switch key {
        case "rate": .optional(rate?.text)
        case "burst": burst.map { .count($0) } ?? .null
        case "max_active": slotsMax.map { $0 >= Settings.Room.slotsMax ? "off" : .count($0) } ?? .null
        case "state": .optional(state?.rawValue)
        case "opens_at": .optional(opensAt.map { Moment(unixSeconds: $0 / 1_000_000).description })
        case "message": .optional(message)
        default: .null
        }
    }

    func with(_ changes: [ControlChange]) -> RoomControls {
        var copy = self
        copy.apply(changes)
        return copy
    }
}

extension RoomRules {
    /// What the configuration says under that name.
    func value(_ key: String) -> JSONValue {
        switch key {
        case "rate": .text(rate.text)
        case "burst": .count(burst)
        case "max_active": slotsMax >= Settings.Room.slotsMax ? "off" : .count(slotsMax)
        case "state": .text(state.rawValue)
        case "opens_at": .optional(schedule.opensAt.map { Moment(unixSeconds: $0 / 1_000_000).description })
        default: .null
        }
    }
}

extension AdmissionRate {
    /// As the configuration writes it.
    var text: String {
        switch perMicroseconds {
        case 1_000_000: "\(count)/s"
        case 60_000_000: "\(count)/m"
        case 3_600_000_000: "\(count)/h"
        default: "\(perSecond)/s"
        }
    }
}
