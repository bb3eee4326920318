/// Somebody who is told as things change.
protocol Listening: AnyObject {
    var room: Int { get }
    var isOver: Bool { get }
    func tick()
    func end()
}

/// Who listens on a loop. By reference: a stream that is told something may end, and says so while its room is being told.
final class EventStreams {
    /// Beyond it whoever asks is told to poll.
    static let countMax = 20_000
    /// How often everybody is looked after when no room ticks: a store that is away says nothing, and those who listen are to hear that
    /// their place is held, and that somebody is there.
    static let watchEvery: UInt64 = 1_000_000_000

    private let countMax: Int
    private var streams: [any Listening] = []
    /// Of these, how many are over and not yet let go.
    private var overCount = 0

    init(countMax: Int = EventStreams.countMax) { self.countMax = countMax }

    /// Those that are over are not counted: who has gone away frees the place at once, whether the room ticks or not.
    var isFull: Bool { streams.count - overCount >= countMax }
    var heldCount: Int { streams.count }

    func add(_ stream: any Listening) {
        if streams.count >= countMax { letGo() }
        streams.append(stream)
    }

    /// A stream that was added has ended, or its client has gone.
    func oneIsOver() { overCount += 1 }

    /// The room has ticked.
    func tick(room: Int) {
        for stream in streams where stream.room == room { stream.tick() }
        letGo()
    }

    /// Time has passed.
    func watch() {
        for stream in streams { stream.tick() }
        letGo()
    }

    private func letGo() {
        if overCount > 0 { streams.removeAll(where: \.isOver) }
        overCount = 0
    }

    /// The rooms are others, or the server ends: everybody asks anew.
    func endAll() {
        for stream in streams { stream.end() }
        streams = []
        overCount = 0
    }
}
