import Admission
import Settings
import Telemetry

/// Rooms as operators and programs see them.
extension RoomBoard {
    func overview(at now: UInt64, store: (String) -> String) -> JSONValue {
        .object([
            JSONMember(
                name: "rooms",
                value: .list(
                    names.compactMap { name in
                        standings[name].map { standing in
                            let isFresh = isFresh(standing, at: now)
                            return [
                                "room": .text(name), "state": .text(standing.effective.state.rawValue),
                                "phase": .optional(isFresh ? standing.snapshot?.phase.rawValue : nil),
                                "waiting": isFresh ? .count(standing.snapshot?.waiting ?? 0) : .null,
                                "active": isFresh ? .count(standing.active) : .null,
                                "rate": .text(standing.effective.rate.text), "store": .text(store(name)),
                            ]
                        }
                    }))
        ])
    }

    func room(_ name: String, at now: UInt64, store: String) -> JSONValue? {
        guard let standing = standings[name] else { return nil }
        let snapshot = isFresh(standing, at: now) ? standing.snapshot : nil
        let rules = standing.effective
        var room: JSONValue = [
            "room": .text(name), "title": .text(standing.room.title), "state": .text(rules.state.rawValue),
            "phase": .optional(snapshot?.phase.rawValue), "isCurrent": .bool(snapshot != nil),
            "rate": .text(rules.rate.text), "ratePerSecond": .number(rules.rate.perSecond), "burst": .count(rules.burst),
            "maxActive": rules.value("max_active"),
        ]
        if let snapshot { figures(snapshot, standing, &room) }
        room.set("wait", wait(standing, snapshot))
        room.set("promise", promise(standing))
        room.set(
            "store",
            [
                "inUse": .text(store), "isRestoring": .bool(snapshot?.isRestoring ?? false),
                "heardMsAgo": standing.snapshot == nil ? .null : .count((now - min(now, standing.heardAt)) / 1_000_000),
            ])
        room.set("nodes", .list(NodeName.processes(of: snapshot?.nodes ?? []).sorted().map { .text($0) }))
        room.set("controls", controls(standing))
        room.set("adaptation", standing.adaptation)
        room.set("origin", origin(standing))
        return room
    }

    private func figures(_ snapshot: RoomSnapshot, _ standing: Standing, _ room: inout JSONValue) {
        room.set("waiting", .count(snapshot.waiting))
        room.set(
            "lanes", .list(snapshot.lanes.map { ["name": .text($0.name), "waiting": .count($0.waiting)] as JSONValue }))
        room.set("offered", .count(snapshot.offered))
        room.set("sessions", .count(snapshot.sessions))
        room.set("active", .count(standing.active))
        let lately = [1, 10, 60].map { ("last\($0)s", standing.history.admitted(inLast: $0)) }
        room.set(
            "admitted", .object(lately.map { JSONMember(name: $0.0, value: $0.1.map { .count($0) } ?? .null) }))
        let totals = snapshot.totals
        room.set(
            "totals",
            [
                "entered": .count(totals.entered), "admitted": .count(totals.admitted), "replaced": .count(totals.replaced),
                "claimed": .count(totals.claimed), "missed": .count(totals.missed), "abandoned": .count(totals.abandoned),
                "left": .count(totals.left), "ended": .count(totals.ended),
            ])
    }

    private func wait(_ standing: Standing, _ snapshot: RoomSnapshot?) -> JSONValue {
        guard snapshot != nil, let wait = standing.waitForLast else { return .null }
        return wait.json
    }

    /// Of this process: each knows what it has promised itself.
    private func promise(_ standing: Standing) -> JSONValue {
        let errors = standing.promises.map(\.error).sorted()
        func error(_ part: Double) -> JSONValue {
            errors.isEmpty ? .null : .number(errors[min(errors.count - 1, Int(part * Double(errors.count)))])
        }
        let last = standing.promises.last
        return [
            "scope": "process", "kept": .count(errors.count), "medianError": error(0.5), "errorOf9In10": error(0.9),
            "lastPromisedSeconds": .optional(last.map { Double($0.promised.middle) / 1e6 }),
            "lastActualSeconds": .optional(last.map { Double($0.actual) / 1e6 }),
        ]
    }

    private func controls(_ standing: Standing) -> JSONValue {
        let controls = standing.snapshot?.controls ?? RoomControls()
        var live: JSONValue = [:]
        for key in ControlWish.keys where controls.value(key) != .null {
            var item: JSONValue = ["value": controls.value(key), "configured": standing.rules.value(key)]
            if let author = standing.authors[key] {
                item.set("by", .text(author.who))
                item.set("at", .text(Moment(unixSeconds: author.at).description))
            } else {
                item.set("by", .null)
            }
            live.set(key, item)
        }
        return ["version": .count(controls.version), "live": live]
    }

    private func origin(_ standing: Standing) -> JSONValue {
        let lately = standing.history.samples.suffix(11)
        guard let last = lately.last, let first = lately.first, last.at > first.at else { return ["scope": "process"] }
        let (figures, seconds) = (last.origin.since(first.origin), Double(last.at - first.at))
        return [
            "scope": "process", "requestsPerSecond": .number(Double(figures.requests) / seconds),
            "failuresPerSecond": .number(Double(figures.failures) / seconds),
            "meanMs": .optional(figures.meanMilliseconds),
        ]
    }

    /// For charts: columns, each a list with a value a second.
    func history(_ name: String) -> JSONValue? {
        guard let standing = standings[name] else { return nil }
        let samples = standing.history.samples
        func column(_ value: (Int, RoomSample) -> JSONValue) -> JSONValue {
            .list(samples.enumerated().map { value($0.offset, $0.element) })
        }
        func origin(_ at: Int) -> OriginFigures {
            at > 0 ? samples[at].origin.since(samples[at - 1].origin) : OriginFigures()
        }
        return [
            "room": .text(name), "at": column { .count($1.at) },
            "waiting": column { $1.waiting.map { .count($0) } ?? .null },
            "admitted": column { at, _ in standing.history.admitted(at: at).map { .count($0) } ?? .null },
            "rate": column { .number($1.rate) }, "active": column { $1.active.map { .count($0) } ?? .null },
            "cap": column { $1.cap.map { .count($0) } ?? .null },
            "promised": column { .optional($1.promised.map { Double($0) / 1e6 }) },
            "actual": column { .optional($1.actual.map { Double($0) / 1e6 }) },
            "originMs": column { at, _ in .optional(origin(at).meanMilliseconds) },
            "originFailures": column { at, _ in .count(origin(at).failures) }, "nodes": column { .count($1.nodes) },
            "store": column { .text($1.store) },
        ]
    }
}

extension WaitRange {
    /// In seconds, rounded outwards.
    var json: JSONValue { ["low": .count(low / 1_000_000), "high": .count((high + 999_999) / 1_000_000)] }
}
