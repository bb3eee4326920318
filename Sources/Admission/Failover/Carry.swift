/// Carrying the line from the fallback back to the primary, page by page: which page to read and to write next. Pure: what was
/// read and written comes in, what is to be done goes out.
///
/// Pages are read ahead and written side by side, since both stores take as long as they take, and nobody is admitted meanwhile.
/// The order does not matter: every page says all that is to be known of its tickets, and a store takes it in once however often
/// it comes (`Line.restore`). So what failed is done again, and what was read twice is written twice.
///
/// 1. A section is read at offsets that follow one another, beyond its end where nobody knows yet where that is. The next one
///    begins when all of it is there.
/// 2. A page is gone only when the primary said that it is in the line.
/// 3. If the primary says so of another line than before, it has lost what was written: all begins anew.
struct Carry {
    /// Pages being read at a time: the fallback is never idle, nor has it a queue of them.
    static let readsMax = 4
    /// Pages being written at a time. What else the primary is asked waits for as many, a few milliseconds each.
    static let writesMax = 4
    /// Pages that are here or on their way; beyond, reading waits for writing.
    static let pagesMax = 12
    /// After a fault it rests so long, which is until the next tick.
    static let restFor: Microseconds = 50_000

    enum Step: Equatable {
        case read(PageCursor)
        case write(Page)
        /// Everything is in the primary.
        case arrive
    }

    let version: Int64
    let epoch: UInt64
    /// Goes up when all begins anew; what was asked before is void.
    private(set) var attempt = 0
    /// A move is under way.
    var isSettling = false
    /// Steps are being handed out; a store may answer before that returns.
    var isHandingOut = false

    // What is read.
    private var section: Int? = 0
    private var offset = 0
    /// Where the section ends, at the latest; nil as long as nobody knows.
    private var sectionEnd: Int?
    /// The section after it; nil at the end.
    private var sectionAfter: Int?
    private var again: [PageCursor] = []
    private var readsUnderWay = 0

    // What is written.
    private var pages: [Page] = []
    private var writesUnderWay = 0
    private var isBegun = false
    private var lineage: UInt64?
    private var restsUntil: Microseconds?

    init(version: Int64, epoch: UInt64) {
        self.version = version
        self.epoch = epoch
    }

    func isResting(_ now: Microseconds) -> Bool { restsUntil.map { now < $0 } ?? false }

    /// What to do now; asked again until it is nil.
    mutating func next(_ now: Microseconds) -> Step? {
        guard !isResting(now) else { return nil }
        if writesUnderWay < Self.writesMax, !pages.isEmpty {
            let page = pages.removeFirst()
            writesUnderWay += 1
            isBegun = true
            return .write(page)
        }
        let isFull = readsUnderWay + pages.count + writesUnderWay >= Self.pagesMax
        if readsUnderWay < Self.readsMax, !isFull, let cursor = nextCursor() {
            readsUnderWay += 1
            return .read(cursor)
        }
        guard isReadOut, pages.isEmpty, writesUnderWay == 0 else { return nil }
        if isBegun { return .arrive }
        // Nobody is there: the line begins nevertheless, with its watermarks.
        writesUnderWay += 1
        isBegun = true
        return .write(Page())
    }

    private var isReadOut: Bool { section == nil && readsUnderWay == 0 && again.isEmpty }

    private mutating func nextCursor() -> PageCursor? {
        if let cursor = again.popLast() { return cursor }
        guard let section else { return nil }
        if sectionEnd.map({ offset < $0 }) ?? true {
            defer { offset += StoreCall.itemsMax }
            return PageCursor(section: section, offset: offset)
        }
        guard readsUnderWay == 0 else { return nil }
        self.section = sectionAfter
        offset = 0
        sectionEnd = nil
        sectionAfter = nil
        return nextCursor()
    }

    // MARK: What came of it

    mutating func read(_ page: Page, at cursor: PageCursor) {
        readsUnderWay -= 1
        if page.itemCount > 0 { pages.append(page) }
        if let next = page.next, next.section == cursor.section {
            // A page with less on it than a page has: what follows is read from where it ended.
            let isShort = next.offset > cursor.offset && next.offset < cursor.offset + StoreCall.itemsMax
            if isShort { offset = min(offset, next.offset) }
        } else {
            sectionEnd = min(sectionEnd ?? .max, cursor.offset + page.itemCount)
            sectionAfter = page.next?.section
        }
    }

    /// The fallback holds no line: there is nothing to carry.
    mutating func foundNothing() {
        readsUnderWay -= 1
        section = nil
        again = []
    }

    mutating func notSettled(_ now: Microseconds) {
        isSettling = false
        restsUntil = now + Self.restFor
    }

    mutating func notRead(_ cursor: PageCursor, _ now: Microseconds) {
        readsUnderWay -= 1
        again.append(cursor)
        restsUntil = now + Self.restFor
    }

    mutating func wrote(in lineage: UInt64) {
        writesUnderWay -= 1
        if let known = self.lineage, known != lineage { beginAnew() }
        self.lineage = lineage
    }

    mutating func notWritten(_ page: Page, _ now: Microseconds) {
        writesUnderWay -= 1
        pages.append(page)
        restsUntil = now + Self.restFor
    }

    private mutating func beginAnew() {
        let attempt = attempt + 1
        let isHandingOut = isHandingOut
        self = Carry(version: version, epoch: epoch)
        self.attempt = attempt
        self.isHandingOut = isHandingOut
    }
}

extension Page {
    var itemCount: Int { waiting.count + sessions.count + spent.count + revoked.count }
}
