import Admission
import Ledger

/// A store of whose answers the ledgers hear.
final class WitnessedStore: QueueStore {
    private let store: any QueueStore
    private let ledgers: RoomLedgers

    init(_ store: any QueueStore, _ ledgers: RoomLedgers) {
        self.store = store
        self.ledgers = ledgers
    }

    var isShared: Bool { store.isShared }

    func perform(_ call: StoreCall, _ answer: @escaping (Result<StoreAnswer, StoreFault>) -> Void) {
        let question = ledgers.asked(call.room)
        store.perform(call) { [ledgers] result in
            ledgers.answered(call, question, result)
            answer(result)
        }
    }
}
