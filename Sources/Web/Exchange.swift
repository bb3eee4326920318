import HTTP

/// One request and its answer: what has to be remembered until both are complete. Taken from a pool of the loop's when a
/// head has come, so that an idle connection does not carry it.
public final class Exchange {
    public internal(set) var method = Method.get
    public internal(set) var minorVersion: UInt8 = 1
    /// What the client wishes; whether the connection stays is decided when the answer begins.
    public internal(set) var clientKeepsAlive = true
    public internal(set) var expectsContinue = false
    public internal(set) var framing = BodyFraming.none
    /// Loop time at which the head was complete.
    public internal(set) var startedAt: UInt64 = 0
    public internal(set) var bodyBytesIn: UInt64 = 0
    public internal(set) var bytesOut: UInt64 = 0
    /// Body bytes read in the current window.
    var windowBytes: UInt64 = 0
    /// How many of these were interim answers, before the one that counts.
    var bytesBeforeAnswer: UInt64 = 0
    /// Of the answer; 0 until it begins.
    public internal(set) var status: UInt16 = 0
    public internal(set) var isRequestComplete = false
    public internal(set) var isAnswerComplete = false
    /// The connection ends after this answer.
    public internal(set) var closesAfter = false
    /// For the access log.
    public var record = RequestRecord()
    /// Who answers, when it is not answered at once.
    public var responder: (any Responder)?

    init() {}

    public var isAnswerBegun: Bool { status != 0 }

    func begin(_ head: RequestHead, at now: UInt64) {
        method = head.method
        minorVersion = head.minorVersion
        clientKeepsAlive = head.keepsAlive
        expectsContinue = head.expectsContinue
        framing = head.framing
        startedAt = now
        bodyBytesIn = 0
        bytesOut = 0
        windowBytes = 0
        bytesBeforeAnswer = 0
        status = 0
        isRequestComplete = false
        isAnswerComplete = false
        closesAfter = false
    }

    /// The rest of the body is small and on its way: it can be read and thrown away to keep the connection.
    var canDiscardBody: Bool {
        switch framing {
        case .none: true
        case .length(let count): count <= ServerSettings.discardBytesMax && !expectsContinue
        case .chunked, .untilClose: false
        }
    }
}
