import Address
import HTTP

/// For whom a request is forwarded: words that mean nothing here and come back with the answer.
public struct ForwardMark: Sendable {
    public var high: UInt64
    public var low: UInt64
    public var word: UInt64
    public var client: IPAddress
    /// With whose health it is counted, see `Relay.measure`.
    public var group: Int

    public init(high: UInt64, low: UInt64, word: UInt64, client: IPAddress, group: Int = -1) {
        self.high = high
        self.low = low
        self.word = word
        self.client = client
        self.group = group
    }
}

/// A field that is added to an answer.
public typealias AnswerField = (name: String, value: String)

/// Sees the heads of the answers to requests that were forwarded with a mark, and may add fields to them.
public protocol AnswerWatcher: AnyObject {
    /// `head`: nil for a page of our own, when no origin could answer. Good during this call only, as `bytes` is.
    func answered(_ mark: ForwardMark, _ head: ResponseHead?, _ bytes: Span<UInt8>, at unixSeconds: UInt64) -> [AnswerField]
}
