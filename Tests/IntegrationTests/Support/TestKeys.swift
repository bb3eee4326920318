import Admission
import Foundation

/// Keys that the program reads from a file, so that a test can sign what no visitor can.
struct TestKeys {
    static let line = "test AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\n"
    private static let secret = (0..<32).map { UInt8($0) }

    let ring: KeyRing

    init(identifier: String = "test", secret: [UInt8] = TestKeys.secret) throws {
        ring = try KeyRing([TokenKey(identifier: identifier, secret: secret)])
    }

    /// A folder with them, for `tokens.keys_file`.
    static func folder() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try folder.write("keys", line)
        return folder
    }

    static func now() -> UInt64 { UInt64(time(nil)) }

    /// A pass that was signed so many seconds ago.
    func pass(
        _ number: UInt64 = 1, room: String = "event", agoSeconds: UInt64 = 1, lifetimeSeconds: UInt64 = 120
    ) throws -> String {
        guard let room = RoomName(room) else { throw Trouble("\(room) is no room") }
        let pass = Pass(
            ticket: TicketID(high: 7, low: number), issued: Self.now() - agoSeconds, lifetimeSeconds: lifetimeSeconds,
            sessionStart: Self.now() - agoSeconds)
        var text: [UInt8] = []
        ring.sign(pass, room: room, into: &text)
        return String(decoding: text, as: UTF8.self)
    }

    func ticket(_ number: UInt64 = 1, room: String = "event", place: UInt64 = 1) throws -> String {
        guard let room = RoomName(room), let lane = LaneName("general") else { throw Trouble("\(room) is no room") }
        let ticket = Ticket(
            id: TicketID(high: 7, low: number), lane: lane, place: Place(epoch: 1, number: place), issued: Self.now())
        var text: [UInt8] = []
        ring.sign(ticket, room: room, into: &text)
        return String(decoding: text, as: UTF8.self)
    }
}
