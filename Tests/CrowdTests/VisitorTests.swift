import Testing

@testable import Crowd

/// A visitor and what the server of a test says to it.
struct Guest {
    static let second: UInt64 = 1_000_000_000

    var rules = VisitorRules()
    var dice = Dice(seed: 3)
    var grievances: [Grievance] = []
    var visitor: Visitor

    init(_ change: (inout VisitorRules) -> Void = { _ in }) {
        rules.reloadShare = 0
        change(&rules)
        visitor = Visitor(at: 0, rules: rules, dice: &dice)
    }

    mutating func due(_ seconds: UInt64) -> Step { visitor.due(at: seconds * Self.second, rules: rules, dice: &dice) }

    /// It asked at `seconds`, and a tenth later came this.
    mutating func told(
        _ errand: Errand, _ seconds: UInt64, status: UInt16 = 200, _ change: (inout VisitorAnswer) -> Void = { _ in }
    ) -> Step {
        let sent = seconds * Self.second
        var answer = VisitorAnswer(sentAt: sent, receivedAt: sent + Self.second / 10, outcome: .status(status))
        change(&answer)
        return visitor.told(answer, of: errand, rules: rules, dice: &dice, &grievances)
    }

    mutating func toldToWait(_ seconds: UInt64, position: UInt32, pollAfter: UInt32 = 2000) -> Step {
        told(.status, seconds) { answer in
            answer.ticket = 9
            answer.standing = Standing()
            answer.standing?.state = .waiting
            answer.standing?.position = position
            answer.standing?.waitLowSeconds = 5
            answer.standing?.waitHighSeconds = 9
            answer.standing?.pollAfterMilliseconds = pollAfter
        }
    }

    static func page(_ answer: inout VisitorAnswer) {
        answer.isWaitingPage = true
        answer.ticket = 9
        answer.refreshNanoseconds = 3 * Self.second
    }

    static func turn(_ answer: inout VisitorAnswer) {
        answer.ticket = 9
        answer.hasPass = true
        answer.standing = Standing()
        answer.standing?.state = .admitted
        answer.standing?.canEnter = true
    }

    static func site(_ answer: inout VisitorAnswer) {
        answer.ticket = 9
        answer.hasPass = true
    }
}

@Suite struct VisitorTests {
    static let tenth = Guest.second / 10

    @Test func waitsIsLetInClicksAndLeaves() {
        var guest = Guest {
            $0.clicks = 2
            $0.leaving = .delete
        }
        #expect(guest.due(0) == .ask(.page))
        #expect(guest.told(.page, 0, Guest.page) == .rest(until: 3 * Guest.second + Self.tenth))
        #expect(guest.due(4) == .ask(.status))
        #expect(guest.toldToWait(4, position: 7) == .rest(until: 6 * Guest.second + Self.tenth))
        #expect(guest.told(.status, 7, Guest.turn) == .ask(.page))
        #expect(guest.visitor.phase == .inside)
        guard case .rest = guest.told(.page, 8, Guest.site) else { return #expect(Bool(false), "it does not look about") }
        #expect(guest.due(10) == .ask(.click))
        guard case .rest = guest.told(.click, 10, Guest.site) else { return #expect(Bool(false), "it does not look about") }
        #expect(guest.due(12) == .ask(.delete))
        #expect(guest.told(.delete, 12, status: 204) == .gone(.finished))
        let visit = guest.visitor.visit
        #expect(visit.joinSentAt == 0 && visit.joinAnsweredAt == Self.tenth)
        #expect(visit.waitedAt == 4 * Guest.second)
        #expect(visit.admittedAt == 7 * Guest.second + Self.tenth)
        #expect(visit.insideUntil == 12 * Guest.second)
        #expect(visit.promisedAt == 4 * Guest.second + Self.tenth && visit.promisedHighSeconds == 9)
        #expect(visit.isAdmitted && !visit.isStrayed)
        #expect(guest.grievances.isEmpty)
    }

    @Test func isLetInAtOnce() {
        var guest = Guest { $0.clicks = 1 }
        _ = guest.due(0)
        _ = guest.told(.page, 1, Guest.site)
        #expect(guest.visitor.visit.isAdmitted)
        #expect(guest.visitor.visit.waitedAt == Guest.second)
        #expect(guest.due(5) == .gone(.finished))
    }

    @Test func whereNobodyWaitsIsNoAdmission() {
        var guest = Guest()
        _ = guest.told(.page, 1)
        #expect(guest.visitor.visit.isFree && !guest.visitor.visit.isAdmitted)
    }

    @Test func losesPatienceAndComesBackToItsPlace() {
        var guest = Guest {
            $0.patience = Patience(meanNanoseconds: 10 * Guest.second)
            $0.comeBackShare = 1
            $0.awayNanoseconds = 20 * Guest.second
        }
        _ = guest.told(.page, 0, Guest.page)
        guard case .rest(let until) = guest.due(16) else { return #expect(Bool(false), "it does not go away") }
        #expect((26 * Guest.second...46 * Guest.second).contains(until))
        #expect(guest.due(46) == .ask(.page))
        #expect(guest.visitor.visit.isStrayed && guest.visitor.visit.wasAway)
        #expect(guest.visitor.phase == .waiting)
    }

    @Test func losesPatienceForGood() {
        var guest = Guest { $0.patience = Patience(meanNanoseconds: Guest.second) }
        _ = guest.told(.page, 0, Guest.page)
        #expect(guest.due(9) == .gone(.gaveUp))
        #expect(guest.visitor.jar.isEmpty)
    }

    @Test func complainsOfAPlaceThatMovesBackOrIsLost() {
        var guest = Guest()
        _ = guest.told(.page, 0, Guest.page)
        _ = guest.toldToWait(3, position: 7)
        _ = guest.toldToWait(5, position: 6)
        #expect(guest.grievances.isEmpty)
        _ = guest.toldToWait(7, position: 8)
        #expect(guest.grievances == [.placeGrew(by: 2)])
        _ = guest.told(.page, 9) { answer in
            Guest.page(&answer)
            answer.ticket = 10
        }
        #expect(guest.grievances == [.placeGrew(by: 2), .placeLost])
    }

    @Test func aPlaceMayWaverBetweenNodesAndNotCreep() {
        var guest = Guest { $0.placeLeeway = 2 }
        for position: UInt32 in [7, 9, 8, 9, 7, 6] { _ = guest.toldToWait(3, position: position) }
        #expect(guest.grievances.isEmpty)
        _ = guest.toldToWait(4, position: 8)
        _ = guest.toldToWait(5, position: 9)
        #expect(guest.grievances == [.placeGrew(by: 3)])
    }

    /// As its script does, whoever has the page begins with what the page holds.
    @Test func asksAgainWhenThePageSays() {
        var guest = Guest()
        let step = guest.told(.page, 0) { answer in
            Guest.page(&answer)
            answer.refreshNanoseconds = nil
            let now = #"{"canEnter":false,"state":"waiting","position":8,"pollAfterMs":1300}"#
            answer.standing = Standing(page: Array(#"<p>"now"</p><script>{"sent":1,"now":\#(now)}</script>"#.utf8).span)
        }
        #expect(step == .rest(until: 1_300_000_000 + Self.tenth))
        _ = guest.toldToWait(2, position: 9)
        #expect(guest.grievances == [.placeGrew(by: 1)])
    }

    @Test func complainsOfBeingPutOut() {
        var guest = Guest()
        _ = guest.told(.page, 0, Guest.site)
        _ = guest.told(.click, 2, Guest.page)
        #expect(guest.grievances == [.putOut])
        #expect(guest.visitor.phase == .waiting)
    }

    @Test func aHeldLineIsNoWordOfWaiting() {
        var guest = Guest()
        _ = guest.told(.page, 0, Guest.page)
        let step = guest.told(.status, 5) { answer in
            answer.standing = Standing()
            answer.standing?.state = .held
            answer.standing?.pollAfterMilliseconds = 1000
        }
        #expect(step == .rest(until: 6 * Guest.second + Self.tenth))
        #expect(guest.visitor.visit.waitedAt == 0)
    }

    @Test func triesAgainLaterAndLater() {
        var guest = Guest()
        var rests: [UInt64] = []
        for _ in 0..<12 {
            var answer = VisitorAnswer(sentAt: 0, receivedAt: 0, outcome: .fault(.connectFailed))
            answer.retryAfterNanoseconds = nil
            let step = guest.visitor.told(
                answer, of: .page, rules: guest.rules, dice: &guest.dice, &guest.grievances)
            guard case .rest(let until) = step else { return #expect(Bool(false), "it does not rest") }
            rests.append(until)
        }
        #expect(rests[0] <= VisitorRules.retryNanoseconds * 3 / 2)
        #expect(rests.allSatisfy { $0 <= VisitorRules.retryNanosecondsMax * 3 / 2 })
        #expect(rests.suffix(4).allSatisfy { $0 >= VisitorRules.retryNanosecondsMax / 2 })
        #expect(guest.grievances == [Grievance](repeating: .fault(.connectFailed), count: 12))
    }

    @Test func doesAsItIsToldWhenRefused() {
        var guest = Guest()
        guard
            case .rest(let until) = guest.told(
                .page, 0, status: 429, { $0.retryAfterNanoseconds = 10 * Guest.second })
        else { return #expect(Bool(false), "it does not rest") }
        #expect((5 * Guest.second...16 * Guest.second).contains(until))
        _ = guest.told(.page, 20, Guest.page)
        #expect(guest.told(.status, 23, status: 401) == .ask(.page))
        #expect(guest.grievances == [.status(429), .ticketRefused])
    }

    @Test func whoAsksTooLateHasStrayed() {
        var guest = Guest()
        _ = guest.told(.page, 0, Guest.page)
        _ = guest.toldToWait(7, position: 5)
        #expect(!guest.visitor.visit.isStrayed)
        _ = guest.toldToWait(20, position: 5)
        #expect(guest.visitor.visit.isStrayed)
    }
}
