import Digest

/// The claims of a token whose signature is right, in memory of a fixed size.
struct SignedClaims {
    // More than the longest claims have: behind a short header there is room in a token for some that are too long.
    private var bytes = InlineArray<256, UInt8>(repeating: 0)
    private var count = 0
    /// Of the pass that was read.
    private(set) var networkMark: NetworkMark.Shown?

    private var span: Span<UInt8> {
        @_lifetime(borrow self) borrowing get { bytes.span.extracting(first: count) }
    }

    mutating func decode(_ letters: Span<UInt8>) -> Bool {
        var place = bytes.mutableSpan
        guard let count = Base64URL.decode(letters, into: &place) else { return false }
        self.count = count
        return true
    }

    mutating func pass(_ room: RoomName, now: UInt64) -> PassVerdict {
        var reader = ClaimReader(span)
        guard let audience = reader.room(), let ticket = reader.ticketID(),
            reader.take(#"","iat":"#), let issued = reader.integer(),
            reader.take(#","exp":"#), let expires = reader.integer(),
            reader.take(#","sid":"#), let sessionStart = reader.integer()
        else { return .refused(.malformed) }
        var mark: NetworkMark.Shown?
        if reader.take(#","net":""#) {
            mark = reader.networkMark()
            guard mark != nil, reader.take("\"") else { return .refused(.malformed) }
        }
        guard reader.take("}"), reader.isAtEnd,
            let pass = Pass(ticket: ticket, issued: issued, expires: expires, sessionStart: sessionStart)
        else { return .refused(.malformed) }

        guard holds(room, at: audience) else { return .refused(.otherRoom) }
        guard !isAhead(issued, of: now) else { return .refused(.notYetValid) }
        guard now < expires else { return .refused(.expired) }
        networkMark = mark
        return .valid(pass)
    }

    func ticket(_ room: RoomName, now: UInt64, ticketAgeSecondsMax: UInt64) -> TicketVerdict {
        var reader = ClaimReader(span)
        guard let audience = reader.room(), let id = reader.ticketID(),
            reader.take(#"","lane":""#), let lane = reader.name(bytesMax: LaneName.bytesMax, LaneName.allows),
            reader.take(#"","seq":"#), let seq = reader.integer(), let place = Place(rawValue: seq),
            reader.take(#","iat":"#), let issued = reader.integer(),
            reader.take("}"), reader.isAtEnd, let lane = LaneName(text(lane))
        else { return .refused(.malformed) }

        guard holds(room, at: audience) else { return .refused(.otherRoom) }
        guard !isAhead(issued, of: now) else { return .refused(.notYetValid) }
        guard now < issued || now - issued < ticketAgeSecondsMax else { return .refused(.expired) }
        return .valid(Ticket(id: id, lane: lane, place: place, issued: issued))
    }

    private func holds(_ room: RoomName, at range: Range<Int>) -> Bool {
        range.count == room.bytes.count && span.extracting(range).starts(with: room.bytes.span)
    }

    private func isAhead(_ issued: UInt64, of now: UInt64) -> Bool {
        issued > now && issued - now > TokenLimits.clockSkewSecondsMax
    }

    private func text(_ range: Range<Int>) -> String {
        var letters: [UInt8] = []
        for at in range { letters.append(bytes[at]) }
        return String(decoding: letters, as: UTF8.self)
    }
}

extension ClaimReader {
    /// The two claims that all begin with, up to the ticket's identifier.
    @_lifetime(self: copy self)
    fileprivate mutating func room() -> Range<Int>? {
        guard take(#"{"aud":""#), let name = name(bytesMax: RoomName.bytesMax, RoomName.allows), take(#"","sub":""#) else {
            return nil
        }
        return name
    }
}
