import Admission
import Digest
import Glibc
import Settings

/// `waitingroom token`: what a token says, and one for a monitor.
enum TokenCommand {
    static let help = """
        waitingroom token inspect TOKEN [--keys FILE] [--room NAME]: what a ticket or pass says.

        With --keys also whether it would be taken, in its own room or in NAME, and why not: exit code 0 or 1. `-` reads it from
        the input, which keeps it out of the shell's history.

        waitingroom token monitor --for 30d [--keys FILE]: make a value for Waiting-Room-Monitor.

        Whoever sends it in that field is forwarded from every room without waiting, until it ends: h hours or d days, 366d at
        most. FILE is state/keys unless it is given. It is taken back by taking the key out that signed it, the first of FILE.
        """

    private struct Request {
        var token: String?
        var keys: String?
        var room: String?
        var lasting: String?
    }

    static func run(_ arguments: [String]) throws(UsageProblem) -> (said: String, code: Int32) {
        guard let action = arguments.first, action == "inspect" || action == "monitor" else {
            throw UsageProblem(description: "token what? There are: token inspect TOKEN, token monitor --for 30d")
        }
        let request = try read(arguments.dropFirst(), of: action)
        return action == "inspect" ? try inspect(request) : try monitor(request)
    }

    private static func read(_ arguments: ArraySlice<String>, of action: String) throws(UsageProblem) -> Request {
        var request = Request()
        var rest = arguments
        let flags = action == "inspect" ? ["--keys", "--room"] : ["--keys", "--for"]
        while let argument = rest.popFirst() {
            guard argument.hasPrefix("--") else {
                guard action == "inspect", request.token == nil else {
                    throw UsageProblem(description: "\"\(argument)\" is one word too many for token \(action)")
                }
                request.token = argument
                continue
            }
            guard flags.contains(argument) else {
                let all = flags.joined(separator: ", ")
                throw UsageProblem(description: "\"\(argument)\" is no flag of token \(action); there are \(all)")
            }
            guard let value = rest.popFirst() else { throw UsageProblem(description: "\(argument) needs a value") }
            switch argument {
            case "--keys": request.keys = value
            case "--room": request.room = value
            default: request.lasting = value
            }
        }
        return request
    }

    private static func ring(_ path: String) throws(UsageProblem) -> KeyRing {
        do {
            return try KeyRing(try KeysFile.read(path))
        } catch {
            throw UsageProblem(description: "\(error)")
        }
    }

    private static var now: UInt64 { UInt64(clamping: Glibc.time(nil)) }

    // MARK: Monitors

    private static func monitor(_ request: Request) throws(UsageProblem) -> (said: String, code: Int32) {
        guard let seconds = request.lasting.flatMap(seconds), (1...KeyRing.monitorSecondsMax).contains(seconds) else {
            throw UsageProblem(description: "--for takes a time from 1h to 366d, such as --for 30d")
        }
        let keys = try ring(request.keys ?? "state/keys")
        return (keys.monitorMark(until: now + seconds), Program.exitDone)
    }

    private static func seconds(_ text: String) -> UInt64? {
        let units: [Character: UInt64] = ["h": 3600, "d": 86400]
        guard let unit = text.last.flatMap({ units[$0] }), let count = UInt64(text.dropLast()) else { return nil }
        let (seconds, isTooMany) = count.multipliedReportingOverflow(by: unit)
        return isTooMany ? nil : seconds
    }

    // MARK: Inspecting

    private static func inspect(_ request: Request) throws(UsageProblem) -> (said: String, code: Int32) {
        guard var token = request.token else {
            throw UsageProblem(description: "token inspect needs a token, or - to read it")
        }
        if token == "-" { token = readLine(strippingNewline: true) ?? "" }
        let parts = token.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, let header = decoded(parts[0]), let claims = decoded(parts[1]) else {
            throw UsageProblem(description: "this is no token: three parts of base64url with dots between them are wanted")
        }
        var said = "header  \(header)\nclaims  \(claims)"
        for (name, meaning) in [("iat", "signed"), ("exp", "ends"), ("sid", "session since")] {
            guard let seconds = number(name, claims) else { continue }
            let away = Int64(clamping: seconds) - Int64(clamping: now)
            said += "\n\(meaning)  \(seconds), \(away < 0 ? "\(-away) s ago" : "in \(away) s")"
        }
        guard let path = request.keys else { return (said, Program.exitDone) }
        guard let room = RoomName(request.room ?? text("aud", claims) ?? "") else {
            return (said + "\nrefused: it names no room", Program.exitFailed)
        }
        let refusal = judge(token, header, room, try ring(path))
        return (
            said + (refusal.map { "\nrefused: \($0.sentence)" } ?? "\ngood in room \(room)"),
            refusal == nil ? Program.exitDone : Program.exitFailed
        )
    }

    private static func judge(_ token: String, _ header: String, _ room: RoomName, _ keys: KeyRing) -> TokenRefusal? {
        let bytes = Array(token.utf8)
        if text("typ", header) == "ticket" {
            // What the gate takes a ticket for.
            let verdict = keys.check(ticket: bytes.span, room: room, now: now, ticketAgeSecondsMax: 7 * 86400)
            if case .refused(let refusal) = verdict { return refusal }
            return nil
        }
        if case .refused(let refusal) = keys.check(pass: bytes.span, room: room, now: now) { return refusal }
        return nil
    }

    /// As text that does a terminal no harm.
    private static func decoded(_ part: String) -> String? {
        guard let bytes = Base64URL.decode(part) else { return nil }
        return String(decoding: bytes.map { (0x20...0x7e).contains($0) ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
    }

    private static func number(_ name: String, _ claims: String) -> UInt64? {
        value(name, claims).flatMap { UInt64($0.prefix { $0.isASCII && $0.isNumber }) }
    }

    private static func text(_ name: String, _ claims: String) -> String? {
        guard let value = value(name, claims), value.first == "\"" else { return nil }
        return String(value.dropFirst().prefix { $0 != "\"" })
    }

    /// Claims are written in one way only, so that what follows a name is its value.
    private static func value(_ name: String, _ claims: String) -> Substring? {
        let mark = Array("\"\(name)\":")
        let letters = Array(claims)
        guard letters.count >= mark.count else { return nil }
        for start in 0...(letters.count - mark.count) where letters[start..<(start + mark.count)].elementsEqual(mark) {
            return Substring(String(letters[(start + mark.count)...]))
        }
        return nil
    }
}

extension TokenRefusal {
    /// For whoever wonders why.
    fileprivate var sentence: String {
        switch self {
        case .tooLong: "it is longer than any token"
        case .malformed: "it is nothing that is ever signed here"
        case .unknownHeader: "it is of another kind, algorithm or key than these"
        case .wrongSignature: "its signature is wrong"
        case .otherRoom: "it is for another room"
        case .expired: "it has ended"
        case .notYetValid: "it was signed in the future: some clock is wrong"
        case .otherNetwork: "it is bound to another network"
        }
    }
}
