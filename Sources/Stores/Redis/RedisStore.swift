import Admission
import Loop
import Redis

/// The lines in Redis: one script for each operation, which Redis runs as one step.
///
/// The clock is the server's, so that the rate is one for the whole fleet. Many nodes may use the same rooms at once; none leads.
public final class RedisStore: QueueStore, TurnEnd {
    /// Names of rooms whose keys are kept spelled out. Beyond, all are spelled anew.
    private static let roomsMax = 1000

    private let client: RedisClient
    private let loop: EventLoop
    private let prefix: String
    private let timeoutNanoseconds: UInt64
    private let clock: (() -> Microseconds)?
    private var keys: [String: RoomKeys] = [:]
    /// Those whose calls are none, told at the end of the turn.
    private var refused: [() -> Void] = []

    /// - Parameters:
    ///   - prefix: begins every key. Without braces, since the hash tag is the room's.
    ///   - timeoutNanoseconds: how long a call waits for its answer.
    ///   - clock: holds instead of the server's clock, for tests.
    public init(
        _ client: RedisClient, on loop: EventLoop, prefix: String = "wr:", timeoutNanoseconds: UInt64 = 1_000_000_000,
        clock: (() -> Microseconds)? = nil
    ) {
        self.client = client
        self.loop = loop
        self.prefix = prefix
        self.timeoutNanoseconds = timeoutNanoseconds
        self.clock = clock
    }

    public func perform(_ call: StoreCall, _ answer: @escaping (Result<StoreAnswer, StoreFault>) -> Void) {
        do throws(StoreFault) {
            let command = try CallEncoding.command(call, keys: try roomKeys(call.room), now: clock?())
            client.send(command, due: loop.now + timeoutNanoseconds) { result in
                switch result {
                case .success(let value): answer(AnswerDecoding.answer(value, to: call))
                case .failure(let fault): answer(.failure(StoreFault(fault)))
                }
            }
        } catch {
            if refused.isEmpty { loop.atTurnEnd(self) }
            refused.append { answer(.failure(error)) }
        }
    }

    public func turnEnded() {
        let due = refused
        refused.removeAll()
        for tell in due { tell() }
    }

    private func roomKeys(_ room: String) throws(StoreFault) -> RoomKeys {
        if let known = keys[room] { return known }
        guard let spelled = RoomKeys(prefix: prefix, room: room) else {
            throw .notDone("\"\(room)\" is no name of a room in Redis: it is empty or has a brace in it")
        }
        if keys.count >= Self.roomsMax { keys.removeAll() }
        keys[room] = spelled
        return spelled
    }
}
