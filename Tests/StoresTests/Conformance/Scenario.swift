import Synchronization
import Testing

/// One fact about a store. The name is a sentence that says it.
struct Scenario: Sendable, CustomTestStringConvertible {
    let name: String
    let body: @Sendable (ScriptedRoom) throws -> Void

    init(_ name: String, _ body: @escaping @Sendable (ScriptedRoom) throws -> Void) {
        self.name = name
        self.body = body
    }

    var testDescription: String { name }

    /// In a room of its own: a store may hold those of other scenarios.
    func run(on store: some StoreUnderTest) throws { try body(ScriptedRoom(store, name: RoomName.next())) }
}

/// What every store is held to.
enum Conformance {
    static let scenarios: [Scenario] =
        entering + admitting + claiming + sessions + abandoning + lanes + drawing + schedules + controlling + adapting
        + revocation
        + ending
        + losing + reading + snapshots + bucketing + standstills
        + bounds

}

enum RoomName {
    private static let count = Atomic<Int>(0)

    static func next() -> String { "event-\(count.add(1, ordering: .relaxed).newValue)" }
}
