import Admission
import Foundation
import Stores

/// A folder of journals that goes when the test does, and the store that writes there, until it is killed.
final class JournalFolder: StoreUnderTest {
    let path: String
    var now: Microseconds = 1_790_000_000_000_000
    /// Work for the disk waits here when it is not to be done at once.
    var isDiskSlow = false
    private(set) var forDisk: [@Sendable () -> Void] = []
    private(set) var faults: [JournalFault?] = []
    private(set) var store: MemoryStore?
    private var lineage: UInt64 = 100

    init() throws {
        path = NSTemporaryDirectory() + "waitingroom-journal-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    @discardableResult
    func start(_ rooms: [String]) throws -> MemoryStore {
        let store = try MemoryStore(
            folder: path, rooms: rooms, clock: { [unowned self] in now }, lineage: { [unowned self] in nextLineage() },
            background: { [unowned self] work in
                if isDiskSlow { forDisk.append(work) } else { work() }
                return true
            })
        store.onFault = { [unowned self] _, fault in faults.append(fault) }
        self.store = store
        return store
    }

    /// As SIGKILL does: nothing is closed, nothing is said.
    func kill() { store = nil }

    func workOfDisk() {
        let work = forDisk
        forDisk = []
        for some in work { some() }
    }

    func perform(_ call: StoreCall) throws -> StoreAnswer {
        let store = try store ?? start([])
        var result: Result<StoreAnswer, StoreFault>?
        store.perform(call) { result = $0 }
        guard let result else { throw Surprise(what: "the memory store did not answer at once") }
        return try result.get()
    }

    /// What the next start will begin its line with.
    private func nextLineage() -> UInt64 {
        lineage += 1
        return lineage
    }

    // MARK: Files

    func file(_ name: String) -> String { path + "/" + name }
    func bytes(_ name: String) -> [UInt8]? { FileManager.default.contents(atPath: file(name)).map(Array.init) }

    func put(_ name: String, _ bytes: [UInt8]) throws {
        guard FileManager.default.createFile(atPath: file(name), contents: Data(bytes)) else {
            throw Surprise(what: "cannot write \(name)")
        }
    }

    func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
    func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: file(name)) }

    func makeFolder(_ name: String) throws {
        try FileManager.default.createDirectory(atPath: file(name), withIntermediateDirectories: false)
    }

    /// As long as the file system allows, so that not another byte fits.
    func fill(_ name: String) throws {
        var low: Int64 = 0
        var high: Int64 = .max
        while low < high {
            let middle = low + (high - low) / 2 + 1
            if truncate(file(name), off_t(middle)) == 0 { low = middle } else { high = middle - 1 }
        }
        guard low > 0, truncate(file(name), off_t(low)) == 0 else { throw Surprise(what: "cannot fill \(name)") }
    }
}
