import Admission

/// `waitingroom room` and `waitingroom rooms`: what is asked of a program that runs, and where it is.
struct RoomCommand: Equatable {
    enum Action: Equatable {
        case list
        case status(isWatching: Bool)
        /// Names and texts; an empty text takes back.
        case set([Setting], isTrial: Bool)
        case ticket(String)
        case revoke(String, lasting: String)
    }

    struct Setting: Equatable {
        let key: String
        let value: String
    }

    var action = Action.list
    var room = ""
    var admin: String?
    var tokenFile: String?
    var configFile: String?
    var isJSON = false

    private static let states = ["pause": "paused", "queue": "queue", "auto": "auto", "open": "open", "close": "closed"]
    private static let lastingDefault = "1h"

    /// `arguments`: behind `room` or `rooms`.
    init(_ arguments: [String], isList: Bool) throws(UsageProblem) {
        var words: [String] = []
        var extra: [String: String] = [:]
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            guard argument.hasPrefix("--"), argument != "--" else {
                words.append(argument)
                continue
            }
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            switch parts[0] {
            case "--json", "--watch", "--dry-run": extra[parts[0]] = ""
            case "--admin", "--token-file", "--config", "--for":
                guard let value = parts.count == 2 ? parts[1] : rest.popFirst(), !value.isEmpty else {
                    throw UsageProblem(description: "\(parts[0]) needs a value")
                }
                extra[parts[0]] = value
            default:
                let all = (CommandTable.admin.map(\.name) + ["--watch", "--dry-run", "--for"]).joined(separator: ", ")
                throw UsageProblem(description: "\"\(argument)\" is no flag of room; there are \(all)")
            }
        }
        isJSON = extra.removeValue(forKey: "--json") != nil
        admin = extra.removeValue(forKey: "--admin")
        tokenFile = extra.removeValue(forKey: "--token-file")
        configFile = extra.removeValue(forKey: "--config")
        if isList {
            guard words.isEmpty else {
                throw UsageProblem(description: "rooms takes no \"\(words[0])\"; try room NAME status")
            }
        } else {
            try take(words, &extra)
        }
        if let stray = extra.keys.sorted().first {
            throw UsageProblem(description: "\(stray) says nothing here; see waitingroom help room")
        }
    }

    private mutating func take(_ words: [String], _ extra: inout [String: String]) throws(UsageProblem) {
        let all = CommandTable.actions.map(\.name).joined(separator: ", ")
        guard let name = words.first else {
            throw UsageProblem(description: "which room? waitingroom room NAME ACTION; `waitingroom rooms` lists them")
        }
        guard RoomName(name) != nil else { throw UsageProblem(description: "\"\(name)\" cannot be a room's name") }
        guard words.count > 1 else { throw UsageProblem(description: "what about \(name)? one of: \(all)") }
        room = name
        let values = Array(words.dropFirst(2))
        switch words[1] {
        case "status":
            try count(values, 0, "status")
            action = .status(isWatching: extra.removeValue(forKey: "--watch") != nil)
        case "set": action = .set(try settings(values), isTrial: extra.removeValue(forKey: "--dry-run") != nil)
        case "message":
            try count(values, 1, "message TEXT")
            action = .set([Setting(key: "message", value: values[0])], isTrial: false)
        case "ticket":
            try count(values, 1, "ticket TICKET")
            action = .ticket(values[0])
        case "revoke":
            try count(values, 1, "revoke TICKET [--for 1h]")
            action = .revoke(values[0], lasting: extra.removeValue(forKey: "--for") ?? Self.lastingDefault)
        case let word:
            guard let state = Self.states[word] else {
                throw UsageProblem(description: "\"\(word)\" is nothing that can be done with a room; there are \(all)")
            }
            try count(values, 0, word)
            let isTrial = extra.removeValue(forKey: "--dry-run") != nil
            action = .set([Setting(key: "state", value: state)], isTrial: isTrial)
        }
    }

    private func count(_ values: [String], _ count: Int, _ usage: String) throws(UsageProblem) {
        guard values.count == count else {
            throw UsageProblem(description: "that is written: waitingroom room \(room) \(usage)")
        }
    }

    private func settings(_ values: [String]) throws(UsageProblem) -> [Setting] {
        let keys = ControlWish.keys.joined(separator: ", ")
        guard !values.isEmpty else {
            throw UsageProblem(description: "set takes KEY=VALUE, such as rate=200; the keys are \(keys)")
        }
        var settings: [Setting] = []
        for value in values {
            let parts = value.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, ControlWish.keys.contains(parts[0]) else {
                throw UsageProblem(description: "\"\(value)\" is not KEY=VALUE with a key out of \(keys)")
            }
            guard !settings.contains(where: { $0.key == parts[0] }) else {
                throw UsageProblem(description: "\(parts[0]) is given twice; which one is meant?")
            }
            settings.append(Setting(key: parts[0], value: parts[1]))
        }
        return settings
    }
}
