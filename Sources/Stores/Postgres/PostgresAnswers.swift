import Admission

/// What the functions' answers mean. Pure, and believes nothing: what this version cannot mean is `StoreFault.nonsense`.
enum PostgresAnswers {
    static func entered(_ kinds: [Int64], _ results: [Int64], count: Int) throws(StoreFault) -> [Entered] {
        try agree(kinds.count, results.count, count)
        var answers: [Entered] = []
        for (kind, result) in zip(kinds, results) {
            switch kind {
            case 1: answers.append(.waiting(try place(result)))
            case 2: answers.append(.admitted(startedAt: result))
            case 3: answers.append(.offered)
            case 4: answers.append(.spent)
            case 5: answers.append(.passed)
            case 6: answers.append(.revoked)
            case 7: answers.append(.awaitsDraw)
            case 8: answers.append(.notYet)
            case 9: answers.append(.closed)
            case 10: answers.append(.open)
            case 11: answers.append(.full)
            default: throw .nonsense("an arrival was answered with \(kind)")
            }
        }
        return answers
    }

    static func claimed(_ kinds: [Int64], _ results: [Int64], count: Int) throws(StoreFault) -> [Claimed] {
        try agree(kinds.count, results.count, count)
        var answers: [Claimed] = []
        for (kind, result) in zip(kinds, results) {
            switch kind {
            case 1: answers.append(.granted(startedAt: result))
            case 2: answers.append(.waiting)
            case 3: answers.append(.spent)
            case 4: answers.append(.revoked)
            case 5: answers.append(.unknown)
            default: throw .nonsense("a claim was answered with \(kind)")
            }
        }
        return answers
    }

    static func renewed(_ kinds: [Int64], count: Int) throws(StoreFault) -> [Renewed] {
        try agree(kinds.count, count)
        var answers: [Renewed] = []
        for kind in kinds {
            switch kind {
            case 1: answers.append(.renewed)
            case 2: answers.append(.ended)
            case 3: answers.append(.revoked)
            default: throw .nonsense("a renewal was answered with \(kind)")
            }
        }
        return answers
    }

    static func beaten(_ areWaiting: [Bool], count: Int) throws(StoreFault) -> [Bool] {
        try agree(areWaiting.count, count)
        return areWaiting
    }

    /// `firsts` and `seconds`: see `queue_read`.
    static func page(_ held: PageColumns, from cursor: PageCursor) throws(StoreFault) -> Page {
        var page = Page()
        guard let laneCount = Int(exactly: held.laneCount), laneCount >= 0, laneCount < Int(Int32.max) else {
            throw .nonsense("a room of \(held.laneCount) lanes")
        }
        guard (0..<laneCount + 4).contains(cursor.section) else { return page }
        try agree(held.ids.count, held.firsts.count)
        let isMark = [laneCount + 1, laneCount + 2].contains(cursor.section)
        if !isMark { try agree(held.ids.count, held.seconds.count) }
        for (at, id) in held.ids.enumerated() {
            switch cursor.section - laneCount {
            case 0: page.sessions.append(.init(id: id, startedAt: held.firsts[at], endsIn: held.seconds[at]))
            case 1: page.spent.append(.init(id: id, endsIn: held.firsts[at]))
            case 2: page.revoked.append(.init(id: id, endsIn: held.firsts[at]))
            case 3:
                let (place, lane) = (try place(held.firsts[at]), try count(held.seconds[at]))
                page.waiting.append(.init(id: id, lane: lane, place: place, seenAgo: 0))
            default:
                let place = try place(held.firsts[at])
                page.waiting.append(.init(id: id, lane: cursor.section, place: place, seenAgo: held.seconds[at]))
            }
        }
        let end = cursor.offset + held.ids.count
        if end < held.sectionSize {
            page.next = PageCursor(section: cursor.section, offset: end)
        } else if cursor.section + 1 < laneCount + 4 {
            page.next = PageCursor(section: cursor.section + 1)
        }
        return page
    }

    struct PageColumns {
        var laneCount: Int64
        var sectionSize: Int64
        var ids: [TicketID]
        var firsts: [Int64]
        var seconds: [Int64]
    }

    // MARK: Values

    static func place(_ number: Int64) throws(StoreFault) -> Place {
        guard let place = UInt64(exactly: number).flatMap(Place.init(rawValue:)) else {
            throw .nonsense("\(number) is no place")
        }
        return place
    }

    static func epoch(_ number: Int64) throws(StoreFault) -> UInt64 {
        guard let epoch = UInt64(exactly: number), number <= TimeBounds.countMax else {
            throw .nonsense("\(number) is no epoch")
        }
        return epoch
    }

    static func count(_ number: Int64) throws(StoreFault) -> Int {
        guard number >= 0, let count = Int(exactly: number) else { throw .nonsense("\(number) of something") }
        return count
    }

    static func agree(_ counts: Int...) throws(StoreFault) {
        guard counts.allSatisfy({ $0 == counts[0] }) else {
            throw .nonsense("columns of \(counts.map(String.init).joined(separator: ", ")) entries belong together")
        }
    }

    static func controls(_ columns: ControlColumns) throws(StoreFault) -> RoomControls {
        var controls = RoomControls()
        controls.version = columns.version
        switch (columns.rateCount, columns.ratePer) {
        case (.some(let count), .some(let per)): controls.rate = AdmissionRate(count: count, perMicroseconds: per)
        case (nil, nil): break
        default: throw .nonsense("half of a rate")
        }
        controls.burst = columns.burst
        controls.slotsMax = columns.slotsMax
        if let text = columns.state {
            guard let state = RoomState(rawValue: text) else { throw .nonsense("\(text) is no state of a room") }
            controls.state = state
        }
        controls.opensAt = columns.opensAt
        controls.message = columns.message
        controls.adapted = try columns.adapted.map { (told) throws(StoreFault) in try adapted(told) }
        return controls
    }

    struct ControlColumns {
        var version: Int64 = 0
        var rateCount: Int64?
        var ratePer: Int64?
        var burst: Int64?
        var slotsMax: Int64?
        var state: String?
        var opensAt: Int64?
        var message: String?
        var adapted: [Int64]?
    }

    private static func adapted(_ told: [Int64]) throws(StoreFault) -> AdaptedRate {
        guard told.count == 5, let reason = AdaptedRate.Reason(rawValue: told[4]) else {
            throw .nonsense("\(told) is no adapted rate")
        }
        return AdaptedRate(
            version: told[0], rate: AdmissionRate(count: told[1], perMicroseconds: told[2]), since: told[3], reason: reason)
    }

    static func draw(
        _ number: Int64?, _ seed: [UInt8]?, _ isOpened: Bool?, openedFor: Microseconds?
    ) throws(StoreFault) -> Draw? {
        switch (number, seed, isOpened) {
        case (nil, _, _): return nil
        case (.some(let number), .some(let seed), .some(let isOpened)):
            return Draw(epoch: try epoch(number), seed: seed, isOpened: isOpened, openedFor: openedFor)
        default: throw .nonsense("a draw without seed or state")
        }
    }
}
