/// What is to be expected of a line as a whole.
public struct Prospect: Hashable, Sendable {
    public var phase: RoomPhase
    /// In the longest lane, for the middle one of those who are still there, and for the last; nil when nobody is let in.
    public var median: WaitRange?
    public var last: WaitRange?
    /// Held up by the cap, not by the rate.
    public var isHeldByCap: Bool
    /// The cap holds the line up, and too few sessions have ended to tell how long one lasts.
    public var isGuess = false
}

extension RoomNode {
    /// How long those waiting wait as things are, and with these changes. Nil while nothing is known of the room.
    public func prospects(_ changes: [ControlChange]) -> (now: Prospect, then: Prospect)? {
        guard let view else { return nil }
        var controls = view.snapshot.controls
        let present = rules.under(controls)
        controls.apply(changes)
        let changed = rules.under(controls)
        return (estimate.prospect(view, present, present), estimate.prospect(view, present, changed))
    }

    /// How long the last of those waiting will wait; nil when nobody is let in, or nothing is known.
    public var waitForLast: WaitRange? {
        view.flatMap { estimate.prospect($0, rules.under($0.snapshot.controls), nil).last }
    }
}

extension WaitEstimate {
    /// `next`: the rules that would hold from now on; nil is no change.
    fileprivate func prospect(_ view: RoomView, _ present: RoomRules, _ next: RoomRules?) -> Prospect {
        let snapshot = view.snapshot
        let rules = next ?? present
        let phase = rules.phase(at: snapshot.now)
        let lane = snapshot.lanes.indices.max { snapshot.lanes[$0].waiting < snapshot.lanes[$1].waiting } ?? 0
        let count = snapshot.lanes.indices.contains(lane) ? snapshot.lanes[lane].waiting : 0
        var prospect = Prospect(phase: phase, isHeldByCap: isFull(snapshot, rules))
        guard phase != .open else {
            prospect.median = WaitRange(low: 0, high: 0)
            prospect.last = prospect.median
            return prospect
        }
        guard phase != .paused, phase != .closed else { return prospect }
        let still = phase.admits ? 0 : max(0, (rules.schedule.opensAt ?? snapshot.now) - snapshot.now)
        let isSame = rules.rate == present.rate && rules.slotsMax == present.slotsMax && phase.admits
        let course = isSame ? self.course(snapshot, present) : course(snapshot, present, rules)
        prospect.isHeldByCap = course.slots != nil
        prospect.isGuess = prospect.isHeldByCap && !knowsSessions
        let parts = parts(view, rules)
        let forecast = Forecast(parts, course)
        func wait(_ ahead: Int) -> WaitRange? {
            range(forecast, ahead: ahead, lane: lane).map { WaitRange(low: $0.low + still, high: $0.high + still) }
        }
        prospect.median = wait(parts.indices.contains(lane) ? Self.middle(parts[lane]) : count / 2)
        prospect.last = wait(count)
        return prospect
    }

    /// How many stand before the middle one of those present.
    private static func middle(_ parts: [Forecast.Part]) -> Int {
        var half = parts.reduce(0) { $0 + $1.present } / 2
        var before = 0.0
        for part in parts {
            if half <= part.present, part.present > 0 { return Int(before + part.count * half / part.present) }
            half -= part.present
            before += part.count
        }
        return Int(before / 2)
    }

    /// Under another rate or cap. How long a session lasts stays as it is: it says which of the two will hold the line up.
    private func course(_ snapshot: RoomSnapshot, _ present: RoomRules, _ next: RoomRules) -> Forecast.Course {
        var course = course(snapshot, present)
        let hold = isFull(snapshot, present) || knowsSessions ? slots(present).holdSeconds : nil
        let holds = hold.map { next.rate.perSecond * $0 > Double(next.slotsMax) } ?? isFull(snapshot, next)
        course.rate = next.rate.perSecond
        course.replacementsMax = holds ? 0 : next.rate.perSecond
        course.slots =
            holds
            ? Forecast.Slots(
                count: Double(next.slotsMax),
                holdSeconds: hold ?? Double(max(1, next.slotsMax)) / max(next.rate.perSecond, 1e-6))
            : nil
        return course
    }
}
