import Address
import Bytes
import HTTP
import Loop
import TLS

/// One run: a crowd on one loop, from the opening to the report.
public final class Rehearsal: ErrandSource {
    let loop: EventLoop
    let options: Options
    let request: RequestText
    private(set) var visitors: [Visitor] = []
    private(set) var tally = Tally()
    private var agenda = Agenda()
    private var due: [UInt32] = []
    private var dice: Dice
    private var grievances: [Grievance] = []
    private var goneCount = 0
    private var pool: ClientPool?
    private var ticks: LoopTimer?
    private var seconds: LoopTimer?
    private var progress = Progress()
    private let arriving: Int
    let seed: UInt64
    /// Of the loop's clock, and of the calendar's.
    private var openedAt: UInt64 = 0
    public private(set) var openedAtUnix: UInt64 = 0
    public private(set) var elapsed: UInt64 = 0
    private let say: (String) -> Void

    /// `say` gets a line each second.
    public init(
        _ options: Options, targets: [ClientTarget], tls: TLSClient?, seed: UInt64, on loop: EventLoop,
        say: @escaping (String) -> Void
    ) {
        self.options = options
        self.loop = loop
        self.seed = seed
        self.say = say
        dice = Dice(seed: seed)
        request = RequestText(options)
        arriving = min(options.visitors, options.arrivals.total ?? options.visitors)
        visitors.reserveCapacity(arriving)
        pool = ClientPool(
            targets: targets, settings: options.client, sharesConnections: options.addresses != .loopback, tls: tls,
            source: self, on: loop)
    }

    /// Opens the doors; the loop stops when the run is over.
    public func begin() {
        openedAt = loop.now
        openedAtUnix = loop.unixNow
        ticks = .every(Agenda.tickNanoseconds, on: loop) { [unowned self] in tick() }
        seconds = .every(1_000_000_000, on: loop) { [unowned self] in second() }
        tick()
    }

    /// Ends it now; whoever waits is told of as waiting.
    public func end() {
        guard ticks != nil else { return }
        elapsed = now
        ticks?.cancel()
        seconds?.cancel()
        ticks = nil
        tally.connectionsOpened = pool?.opened ?? 0
        tally.repeated = pool?.repeated ?? 0
        pool?.close()
        loop.stop()
    }

    public var visits: [Visit] { visitors.map(\.visit) }
    public var counted: Tally { tally }

    private var now: UInt64 { loop.now - openedAt }

    // MARK: Time

    private func tick() {
        let now = now
        if now >= options.forNanoseconds { return end() }
        let wanted = min(arriving, options.arrivals.count(after: now))
        while visitors.count < wanted {
            visitors.append(Visitor(at: now, rules: options.rules, dice: &dice))
            perform(.ask(.page), visitors.count - 1)
        }
        agenda.take(until: now, into: &due)
        for visitor in due {
            let at = Int(visitor)
            perform(visitors[at].due(at: now, rules: options.rules, dice: &dice), at)
        }
        due.removeAll(keepingCapacity: true)
        if goneCount == arriving { end() }
    }

    private func second() {
        guard !options.isQuiet, ticks != nil else { return }
        say(progress.line(at: now, visitors, tally, queued: pool?.waitingCount ?? 0))
        tally.answersLately = Histogram()
    }

    private func perform(_ step: Step, _ visitor: Int) {
        switch step {
        case .ask(let errand): pool?.ask(ClientRequest(visitor: UInt32(visitor), errand: errand))
        case .rest(let until): agenda.add(visitor, at: until)
        case .gone(let ending):
            tally[ending] += 1
            goneCount += 1
        }
    }

    // MARK: Errands

    func write(_ errand: ClientRequest, to target: ClientTarget, into output: inout ByteBuffer) {
        tally.requests += 1
        request.write(errand, jar: visitors[Int(errand.visitor)].jar, to: target, into: &output)
    }

    func source(of visitor: UInt32) -> IPAddress? {
        // From 127.1.0.1 on: beyond what servers of this machine are usually bound to.
        options.addresses == .loopback ? IPAddress(v4: 0x7f01_0001 + visitor) : nil
    }

    func answered(_ errand: ClientRequest, _ head: ResponseHead, _ bytes: Span<UInt8>, body: Span<UInt8>) {
        let at = Int(errand.visitor)
        for field in head.fields where field.known == .setCookie { visitors[at].jar.take(bytes[field.value]) }
        var answer = VisitorAnswer(
            sentAt: errand.sentAt - openedAt, receivedAt: now, outcome: .status(head.status))
        request.read(head, bytes, jar: visitors[at].jar, into: &answer)
        if !body.isEmpty { answer.standing = errand.asksForStanding ? Standing(body) : Standing(page: body) }
        tally.answers.add(answer.receivedAt - answer.sentAt)
        tally.answersLately.add(answer.receivedAt - answer.sentAt)
        told(answer, errand)
    }

    func failed(_ errand: ClientRequest, _ fault: ClientFault) {
        let now = now
        told(VisitorAnswer(sentAt: min(errand.sentAt - openedAt, now), receivedAt: now, outcome: .fault(fault)), errand)
    }

    private func told(_ answer: VisitorAnswer, _ errand: ClientRequest) {
        // What comes while the connections are being closed is no fault of anybody's.
        guard ticks != nil else { return }
        let at = Int(errand.visitor)
        let step = visitors[at].told(
            answer, of: errand.errand, rules: options.rules, dice: &dice, &grievances)
        for grievance in grievances { tally.add(grievance) }
        grievances.removeAll(keepingCapacity: true)
        perform(step, at)
    }
}
