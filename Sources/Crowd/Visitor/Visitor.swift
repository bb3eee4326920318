/// One of the crowd: told what came of its last request, or that its rest is over, it says what it does next.
///
/// Pure: time and dice are arguments. A few hundred bytes each, most of them the cookies.
public struct Visitor: Sendable {
    public enum Phase: UInt8, Sendable {
        case outside, waiting, away, inside, gone
    }

    public private(set) var phase = Phase.outside
    public var jar = CookieJar()
    public var visit = Visit()
    private var patienceEndsAt: UInt64
    /// When it was told to ask again.
    private var toldUntil = UInt64.max
    private var clicksLeft: UInt32
    private var failures: UInt8 = 0
    private var position: UInt32?

    public init(at now: UInt64, rules: VisitorRules, dice: inout Dice) {
        clicksLeft = UInt32(clamping: rules.clicks)
        patienceEndsAt = Self.later(now, rules.patience.draw(&dice))
    }

    /// Its rest is over.
    public mutating func due(at now: UInt64, rules: VisitorRules, dice: inout Dice) -> Step {
        switch phase {
        case .outside: return now >= patienceEndsAt ? giveUp(now, rules, &dice) : .ask(.page)
        case .waiting:
            if now >= patienceEndsAt { return giveUp(now, rules, &dice) }
            return .ask(dice.falls(rules.reloadShare) ? .page : .status)
        case .away:
            phase = .waiting
            return .ask(.page)
        case .inside: return clicksLeft > 0 ? .ask(visit.hasSeenSite ? .click : .page) : leave(rules)
        case .gone: return .gone(.finished)
        }
    }

    /// What came of its errand. The cookies are in the jar already. `grievances` gets what should not have happened.
    public mutating func told(
        _ answer: VisitorAnswer, of errand: Errand, rules: VisitorRules, dice: inout Dice, _ grievances: inout [Grievance]
    ) -> Step {
        if errand == .leave || errand == .delete { return finish(answer, errand, &grievances) }
        let status: UInt16
        switch answer.outcome {
        case .fault(let fault):
            grievances.append(.fault(fault))
            return tryAgain(answer, &dice)
        case .status(let code): status = code
        }
        noteTicket(answer, &grievances)
        switch errand {
        case .status: return toldStatus(status, answer, rules, &dice, &grievances)
        case .page, .click: return toldPage(status, answer, rules, &dice, &grievances)
        case .leave, .delete: return .gone(.finished)
        }
    }

    // MARK: Pages

    private mutating func toldPage(
        _ status: UInt16, _ answer: VisitorAnswer, _ rules: VisitorRules, _ dice: inout Dice, _ grievances: inout [Grievance]
    ) -> Step {
        if answer.isWaitingPage {
            if phase == .inside, !visit.isFree {
                grievances.append(.putOut)
                visit.isStrayed = true
            }
            phase = .waiting
            // As the page's script does, it begins with what the page holds.
            if let standing = answer.standing, !standing.canEnter {
                return told(standing, answer, orElse: answer.refreshNanoseconds, rules, &grievances)
            }
            // A page that gives no place says nothing of it: the room may be held, full or closed.
            guard status < 400, answer.ticket != 0 else { return rest(answer, answer.refreshNanoseconds) }
            return wait(answer, for: answer.refreshNanoseconds)
        }
        guard status < 500, status != 429 else {
            grievances.append(.status(status))
            return tryAgain(answer, &dice)
        }
        if status >= 400 { grievances.append(.status(status)) }
        enter(answer, isFree: !answer.hasPass)
        visit.insideUntil = answer.sentAt > visit.admittedAt ? answer.sentAt : visit.admittedAt
        visit.hasSeenSite = true
        clicksLeft -= min(1, clicksLeft)
        return .rest(until: answer.receivedAt + dice.around(rules.thinkNanoseconds))
    }

    // MARK: Polls

    private mutating func toldStatus(
        _ status: UInt16, _ answer: VisitorAnswer, _ rules: VisitorRules, _ dice: inout Dice, _ grievances: inout [Grievance]
    ) -> Step {
        if status == 401 {
            grievances.append(.ticketRefused)
            visit.isStrayed = true
            return .ask(.page)
        }
        guard status == 200 else {
            grievances.append(.status(status))
            return tryAgain(answer, &dice)
        }
        guard let standing = answer.standing else {
            grievances.append(.unreadable)
            return tryAgain(answer, &dice)
        }
        if standing.canEnter {
            enter(answer, isFree: standing.state == .open)
            return .ask(.page)
        }
        return told(standing, answer, orElse: nil, rules, &grievances)
    }

    private mutating func told(
        _ standing: Standing, _ answer: VisitorAnswer, orElse refresh: UInt64?, _ rules: VisitorRules,
        _ grievances: inout [Grievance]
    ) -> Step {
        let pollAfter = standing.pollAfterMilliseconds.map { UInt64($0) * 1_000_000 } ?? refresh
        switch standing.state {
        case .closed: return end(.closed)
        case .revoked: return end(.revoked)
        case .held, .notYet, .full, .unknown, .open, .admitted: return rest(answer, pollAfter)
        case .waiting: break
        }
        note(standing, answer, rules, &grievances)
        return wait(answer, for: pollAfter)
    }

    /// What is said of the place and the wait.
    private mutating func note(
        _ standing: Standing, _ answer: VisitorAnswer, _ rules: VisitorRules, _ grievances: inout [Grievance]
    ) {
        if standing.isRejoined {
            visit.isRejoined = true
            position = nil
        }
        if let now = standing.position { note(position: now, rules, &grievances) }
        if visit.promisedAt == Visit.never, let low = standing.waitLowSeconds, let high = standing.waitHighSeconds {
            visit.promisedAt = answer.receivedAt
            visit.promisedLowSeconds = low
            visit.promisedHighSeconds = high
        }
    }

    private mutating func note(position now: UInt32, _ rules: VisitorRules, _ grievances: inout [Grievance]) {
        guard let before = position, now > before else { return position = now }
        if now - before <= rules.placeLeeway { return }
        if !visit.isStrayed { grievances.append(.placeGrew(by: now - before)) }
        position = now
    }

    // MARK: Steps

    /// In line, and told so.
    private mutating func wait(_ answer: VisitorAnswer, for pollAfter: UInt64?) -> Step {
        join(answer)
        visit.waitedAt = answer.sentAt
        phase = .waiting
        return rest(answer, pollAfter)
    }

    private mutating func rest(_ answer: VisitorAnswer, _ nanoseconds: UInt64?) -> Step {
        failures = 0
        if toldUntil != .max, answer.sentAt > toldUntil + VisitorRules.lateNanosecondsMax { visit.isStrayed = true }
        let wish = nanoseconds ?? answer.retryAfterNanoseconds ?? VisitorRules.pollDefaultNanoseconds
        toldUntil = answer.receivedAt + min(wish, VisitorRules.restNanosecondsMax)
        return .rest(until: toldUntil)
    }

    private mutating func join(_ answer: VisitorAnswer) {
        guard !visit.hasJoined else { return }
        visit.joinSentAt = answer.sentAt
        visit.joinAnsweredAt = answer.receivedAt
        visit.waitedAt = answer.sentAt
    }

    private mutating func enter(_ answer: VisitorAnswer, isFree: Bool) {
        failures = 0
        if phase == .inside { return }
        phase = .inside
        join(answer)
        guard visit.admittedAt == Visit.never else { return }
        visit.admittedAt = answer.receivedAt
        visit.insideUntil = answer.receivedAt
        visit.isFree = isFree
    }

    private mutating func tryAgain(_ answer: VisitorAnswer, _ dice: inout Dice) -> Step {
        let doubled = VisitorRules.retryNanoseconds << UInt64(min(failures, 8))
        failures = min(failures + 1, 100)
        let wish = answer.retryAfterNanoseconds ?? min(doubled, VisitorRules.retryNanosecondsMax)
        return .rest(until: answer.receivedAt + dice.around(min(wish, VisitorRules.restNanosecondsMax)))
    }

    private mutating func giveUp(_ now: UInt64, _ rules: VisitorRules, _ dice: inout Dice) -> Step {
        visit.wasAway = true
        visit.isStrayed = true
        guard dice.falls(rules.comeBackShare) else { return end(.gaveUp) }
        phase = .away
        toldUntil = .max
        let back = now + dice.around(rules.awayNanoseconds)
        patienceEndsAt = Self.later(back, rules.patience.draw(&dice))
        return .rest(until: back)
    }

    private mutating func leave(_ rules: VisitorRules) -> Step {
        switch rules.leaving {
        case .idle: end(.finished)
        case .delete: .ask(.delete)
        case .page: .ask(.leave)
        }
    }

    private mutating func finish(_ answer: VisitorAnswer, _ errand: Errand, _ grievances: inout [Grievance]) -> Step {
        switch answer.outcome {
        case .fault(let fault): grievances.append(.fault(fault))
        case .status(let status): if status >= 400 { grievances.append(.status(status)) }
        }
        if answer.sentAt > visit.insideUntil { visit.insideUntil = answer.sentAt }
        return end(.finished)
    }

    private mutating func end(_ ending: Ending) -> Step {
        phase = .gone
        jar.removeAll()
        return .gone(ending)
    }

    private mutating func noteTicket(_ answer: VisitorAnswer, _ grievances: inout [Grievance]) {
        if answer.place != 0 { visit.place = answer.place }
        guard answer.ticket != 0, answer.ticket != visit.ticket else { return }
        if visit.ticket != 0, phase == .waiting, !visit.isStrayed { grievances.append(.placeLost) }
        visit.ticket = answer.ticket
    }

    private static func later(_ now: UInt64, _ span: UInt64) -> UInt64 {
        span >= UInt64.max - now ? .max : now + span
    }
}
