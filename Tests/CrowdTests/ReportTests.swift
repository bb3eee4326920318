import Testing

@testable import Crowd

/// Reports on logs made by hand, of rooms that keep their promises and of such that break one.
@Suite struct ReportTests {
    static let second = JudgeTests.second

    /// Ten a second from the start, everyone inside for five seconds.
    static func orderly(_ count: Int = 100) -> [Visit] {
        (0..<count).map { number in
            let admitted = 1 + Double(number) / 10
            return JudgeTests.visit(
                join: Double(number) / 1000, waited: admitted - 0.5, admitted: admitted, until: admitted + 5)
        }
    }

    static let promises: Promises = {
        var promises = Promises()
        promises.ratePerSecond = 10
        promises.burst = 7
        promises.activeMax = 51
        return promises
    }()

    func report(
        _ visits: [Visit], _ promises: Promises = ReportTests.promises, log: OriginLog? = nil, grievances: [Grievance] = []
    ) -> Report {
        var tally = Tally()
        for grievance in grievances { tally.add(grievance) }
        return Report(visits, tally, promises, origin: log, elapsed: 60 * Self.second, seed: 1)
    }

    @Test func whatIsKeptIsSaidToBe() {
        let report = report(Self.orderly())
        #expect(report.broken == [])
        #expect(report.text.hasSuffix("all promises were kept\n"))
        #expect(report.json.hasPrefix(#"{"kept":true,"broken":[],"#))
    }

    @Test func aRateThatWasNotKeptIsFound() {
        var promises = Self.promises
        promises.ratePerSecond = 8
        let report = report(Self.orderly(), promises)
        #expect(report.broken.count == 1)
        #expect(report.broken.first?.hasPrefix("rate: ") == true)
        #expect(report.text.contains("NOT KEPT\n  rate: "))
    }

    @Test func aCapThatWasNotKeptIsFound() {
        var promises = Self.promises
        promises.activeMax = 40
        #expect(report(Self.orderly(), promises).broken.first?.hasPrefix("cap: 50 were inside") == true)
    }

    @Test func anInversionIsFoundUnlessOrderIsNotPromised() {
        var visits = Self.orderly()
        visits.append(JudgeTests.visit(join: 2, admitted: 2.1))
        var promises = Self.promises
        promises.activeMax = nil
        promises.ratePerSecond = nil
        #expect(report(visits, promises).broken.first?.hasPrefix("order: 1 ") == true)
        promises.isOrdered = false
        #expect(report(visits, promises).isKept)
    }

    @Test func errorsCountBeyondWhatIsGranted() {
        var promises = Self.promises
        let faults: [Grievance] = [.status(502), .fault(.connectionLost)]
        #expect(report(Self.orderly(), promises, grievances: faults).broken.first?.hasPrefix("errors: there were 2") == true)
        promises.errorsMax = 2
        #expect(report(Self.orderly(), promises, grievances: faults).isKept)
        #expect(report(Self.orderly(), promises, grievances: [.placeLost]).broken.first?.hasPrefix("places: 1") == true)
    }

    @Test func nothingProvesNothing() {
        #expect(!report([]).isKept)
    }

    @Test func waitsAreHeldAgainstWhatWasTold() {
        var visits: [Visit] = []
        for (admitted, waited) in [(15.0, 14.0), (8, 7), (26, 25), (21, 19)] {
            var visit = JudgeTests.visit(join: 0, waited: waited, admitted: admitted)
            visit.promisedAt = 0
            visit.promisedLowSeconds = 10
            visit.promisedHighSeconds = 20
            visits.append(visit)
        }
        let waits = PromisedWaits(visits)
        // The last was let in between 19 and 21.
        #expect(waits.told == 4 && waits.kept == 2 && waits.early == 1 && waits.late == 1)
        #expect(waits.lateNanosecondsMost == 5 * Self.second)
    }

    // MARK: The origin's own log

    static let opened: UInt64 = 1_700_000_000 * second

    static func line(_ seconds: Double, _ id: String) -> String {
        let thousandths = Int((seconds * 1000).rounded())
        let digits = "\(thousandths % 1000 + 1000)".dropFirst()
        return "\(1_700_000_000 + thousandths / 1000).\(digits) \(id) /path 200\n"
    }

    static func log(_ lines: [String]) -> OriginLog { OriginLog(Array(lines.joined().utf8).span, openedAt: opened) }

    static func named(_ visits: [Visit]) -> [Visit] {
        visits.enumerated().map { number, visit in
            var visit = visit
            visit.ticket = TicketName.of(id: Array("id\(number)".utf8).span)
            return visit
        }
    }

    @Test func theOriginAgrees() {
        let visits = Self.named(Self.orderly())
        let lines = visits.enumerated().flatMap { number, visit in
            [visit.admittedAt, visit.insideUntil].map { Self.line(Quantity.seconds($0) + 0.01, "id\(number)") }
        }
        let report = report(visits, log: Self.log(lines + ["1699999999.5 - old\n", "x\n"]))
        #expect(report.broken == [])
        #expect(report.origin?.log.requests == 200)
        #expect(report.origin?.log.linesUnread == 1)
        #expect(report.origin?.log.sessions.count == 100)
        #expect(report.origin?.judgement.activeMost == 50)
    }

    @Test func theOriginKnowsBetter() {
        let visits = Self.named(Self.orderly(3))
        let report = report(visits, log: Self.log([Self.line(1, "id0"), Self.line(1.2, "id1"), Self.line(2, "-")]))
        #expect(report.broken.contains { $0.hasPrefix("pass: 1 requests") })
        #expect(report.broken.contains { $0.hasPrefix("origin: 1 were served") })
        #expect(self.report(visits, log: Self.log([])).broken.contains { $0.hasPrefix("origin: its log has no request") })
    }
}
