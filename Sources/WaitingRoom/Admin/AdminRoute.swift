/// The paths that need a login, and those that lead to one.
enum AdminRoute: Equatable {
    case login
    case logout
    case session
    case rooms
    case room(String)
    case history(String)
    case controls(String)
    case revoke(String)
    case ticket(String, room: String)
    case unknown

    /// Nil for whatever is not the API's.
    init?(_ path: String) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map(String.init)
        switch parts.first {
        case "login" where parts.count == 1: self = .login
        case "logout" where parts.count == 1: self = .logout
        case "api": self = Self.api(Array(parts.dropFirst()))
        default: return nil
        }
    }

    private static func api(_ parts: [String]) -> AdminRoute {
        switch parts.count {
        case 1 where parts[0] == "session": return .session
        case 1 where parts[0] == "rooms": return .rooms
        case 2 where parts[0] == "rooms": return .room(parts[1])
        case 3 where parts[0] == "rooms":
            switch parts[2] {
            case "history": return .history(parts[1])
            case "controls": return .controls(parts[1])
            case "revoke": return .revoke(parts[1])
            default: return .unknown
            }
        case 4 where parts[0] == "rooms" && parts[2] == "tickets": return .ticket(parts[3], room: parts[1])
        default: return .unknown
        }
    }

    var isChange: Bool {
        switch self {
        case .login, .logout, .controls, .revoke: true
        case .session, .rooms, .room, .history, .ticket, .unknown: false
        }
    }
}
