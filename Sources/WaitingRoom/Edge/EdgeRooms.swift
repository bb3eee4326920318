import Admission
import Digest
import Gate
import Loop
import Settings
import Stores

/// The rooms as one loop has them: the gate that all requests pass, and a desk for each room.
final class EdgeRooms {
    private(set) var gate: Gate
    private(set) var desks: [RoomDesk]
    /// What else is said of each room, in the gate's order.
    private(set) var settings: [Settings.NamedRoom]
    /// Goes up when rooms come or go, so that what was said of one is not taken for another.
    private(set) var generation: UInt8 = 0
    /// Told after every tick of a room.
    var onTick: ((_ room: Int) -> Void)?
    /// What became of tickets here.
    let events = EventMemory()
    private let loop: EventLoop
    private let store: any QueueStore
    private let nodeName: String

    init(_ plan: EdgePlan, keys: KeyRing, store: any QueueStore, nodeName: String, on loop: EventLoop) {
        self.loop = loop
        self.store = store
        self.nodeName = nodeName
        settings = plan.settings.allRooms
        gate = plan.settings.gate(keys)
        desks = []
        desks = settings.map { open($0) }
    }

    /// A room that stays keeps its desk, and so everybody that it knows.
    func apply(_ plan: EdgePlan, keys: KeyRing) {
        let next = plan.settings.allRooms
        if next.map(\.name) != settings.map(\.name) { generation &+= 1 }
        let known = Dictionary(zip(settings.map(\.name), desks), uniquingKeysWith: { first, _ in first })
        for room in settings where !next.contains(where: { $0.name == room.name }) { known[room.name]?.close() }
        desks = next.map { room in
            guard let desk = known[room.name] else { return open(room) }
            desk.follow(room.room.rules)
            return desk
        }
        settings = next
        gate = plan.settings.gate(keys)
    }

    func close() { for desk in desks { desk.close() } }

    private func open(_ room: Settings.NamedRoom) -> RoomDesk {
        let desk = RoomDesk(room: room.name, name: nodeName, rules: room.room.rules, store: store, on: loop) {
            SecureRandom.word()
        }
        desk.onSnapshot = { [weak self, name = room.name] _ in
            guard let self, let at = self.settings.firstIndex(where: { $0.name == name }) else { return }
            self.onTick?(at)
        }
        desk.onEvent = { [events, loop] what, id in events.note(what, id, at: Int64(loop.unixNow / 1000)) }
        desk.open()
        return desk
    }
}
