/// What is to be done.
enum Work: Sendable {
    case join(batch: Int, depth: Int, seconds: Int)
    case fill(room: String, count: Int)
    case tick(room: String, count: Int)

    init?(_ words: [String]) {
        switch (words.first, words.count) {
        case ("join", 4):
            guard let batch = Int(words[1]), let depth = Int(words[2]), let seconds = Int(words[3]) else { return nil }
            self = .join(batch: batch, depth: depth, seconds: seconds)
        case ("fill", 3):
            guard let count = Int(words[2]) else { return nil }
            self = .fill(room: words[1], count: count)
        case ("tick", 3):
            guard let count = Int(words[2]) else { return nil }
            self = .tick(room: words[1], count: count)
        default: return nil
        }
    }

    var room: String {
        switch self {
        case .join: "bench"
        case .fill(let room, _), .tick(let room, _): room
        }
    }
}
