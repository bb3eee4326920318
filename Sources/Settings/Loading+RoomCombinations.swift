/// Rooms that are impossible alone or beside each other.
extension Loading {
    mutating func checkRooms() {
        var seen: [String: String] = [:]
        for (at, named) in settings.allRooms.enumerated() {
            let section = settings.rooms.isEmpty ? "room" : "rooms.\(named.name)"
            checkTimes(named.room, section, at)
            checkRates(named.room, section, at)
            checkBurst(named.room, section, at)
            for host in named.room.hosts {
                let place = "\(host) \(named.room.path.lowercased())"
                if let other = seen[place], other != named.name {
                    refuse(
                        self.place(ofRoom: at), "is for \(host) and \(named.room.path), as rooms.\(other) is",
                        section: section,
                        key: "path", instead: "another path")
                }
                seen[place] = named.name
            }
        }
    }

    private mutating func checkTimes(_ room: Settings.Room, _ section: String, _ at: Int) {
        let place = place(ofRoom: at)
        if let prequeue = room.prequeueAt {
            if let opens = room.opensAt {
                if prequeue.unixSeconds >= opens.unixSeconds {
                    refuse(place, "\"\(prequeue)\" is not before opens_at (\(opens))", section: section, key: "prequeue_at")
                }
            } else {
                refuse(place, "is of no use without opens_at", section: section, key: "prequeue_at")
            }
        }
        if let opens = room.opensAt, let closes = room.closesAt, opens.unixSeconds >= closes.unixSeconds {
            refuse(place, "\"\(closes)\" is not after opens_at (\(opens))", section: section, key: "closes_at")
        }
        if room.sessionIdle > room.sessionMax {
            refuse(
                place, "\"\(room.sessionIdle)\" is more than session_max (\(room.sessionMax))", section: section,
                key: "session_idle", instead: "session_max = \"\(room.sessionIdle)\"")
        }
    }

    /// A bucket that is full loses what comes in until the next tick.
    private mutating func checkBurst(_ room: Settings.Room, _ section: String, _ at: Int) {
        guard let burst = room.burst, burst < room.rate.burstLeast else { return }
        refuse(
            place(ofRoom: at), "\(burst) is too few for a rate of \(room.rate), which would not be reached",
            section: section,
            key: "burst", instead: "burst = \(room.rate.burstLeast)")
    }

    private mutating func checkRates(_ room: Settings.Room, _ section: String, _ at: Int) {
        let place = place(ofRoom: at)
        guard let lowest = room.rateMin, let highest = room.rateMax else {
            if let lowest = room.rateMin {
                refuse(
                    place, "is \"\(lowest)\", but rate_max is off: both or none", section: section, key: "rate_min",
                    instead: "rate_max = \"\(room.rate)\"")
            } else if let highest = room.rateMax {
                refuse(
                    place, "is \"\(highest)\", but rate_min is off: both or none", section: section, key: "rate_max",
                    instead: "rate_min = \"\(room.rate)\"")
            }
            return
        }
        if lowest.count == 0 {
            refuse(
                place, "\"\(lowest)\" would let nobody in, so that nothing could be seen to be well again", section: section,
                key: "rate_min", instead: "rate_min = \"1/m\"")
        }
        if room.rate.isBelow(lowest) {
            refuse(
                place, "\"\(lowest)\" is more than rate (\(room.rate))", section: section, key: "rate_min",
                instead: "rate_min = \"\(room.rate)\"")
        }
        if highest.isBelow(room.rate) {
            refuse(
                place, "\"\(highest)\" is less than rate (\(room.rate))", section: section, key: "rate_max",
                instead: "rate_max = \"\(room.rate)\"")
        }
    }

    mutating func checkStore() {
        if settings.store.place == .postgres && settings.store.postgres.isEmpty {
            conflict(
                ["store.postgres", "store.place"], "is empty, but place is \"postgres\"",
                instead: "postgres = \"postgresql://waitingroom@127.0.0.1/waitingroom\"")
        }
        if settings.tokens.ticketCookie == settings.tokens.passCookie {
            conflict(
                ["tokens.pass_cookie", "tokens.ticket_cookie"], "is the name of the ticket's cookie too",
                instead: "pass_cookie = \"wr_pass\"")
        }
        if settings.tokens.apiPrefix == "/" {
            conflict(
                ["tokens.api_prefix"], "\"/\" would leave nothing for the origin", instead: "api_prefix = \"/api/queue\"")
        }
    }
}
