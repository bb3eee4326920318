import Digest

/// Tickets of people whom the site knows: the first 16 bytes of MAC(ROOM, NUMBER, WHO), by a key derived from that of the tokens, so
/// that nobody without it finds out whose a ticket is, nor makes one up.
extension KeyRing {
    /// `who` is what the site calls somebody, whatever that is.
    public func person(_ who: Span<UInt8>, room: RoomName) -> Person {
        let all = keys.prefix(Person.keysMax).map { key in
            (0..<Person.ticketsMax).map { key.ticket(UInt8($0), of: who, room) }
        }
        return Person(
            name: keys[0].ticket(.max, of: who, room), tickets: all[0], others: Array(all.dropFirst().joined()))
    }
}

extension SigningKey {
    fileprivate func ticket(_ number: UInt8, of who: Span<UInt8>, _ room: RoomName) -> TicketID {
        var message = [UInt8(room.bytes.count)] + room.bytes + [number]
        for at in who.indices { message.append(who[at]) }
        let mac = person.authenticate(message.span)
        return TicketID(high: mac.word(0), low: mac.word(8))
    }
}

extension SHA256Value {
    /// Eight of its bytes.
    fileprivate func word(_ at: Int) -> UInt64 {
        (at..<at + 8).reduce(0) { $0 << 8 | UInt64(span[$1]) }
    }
}
