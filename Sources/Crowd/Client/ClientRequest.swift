import Address
import Bytes
import HTTP

/// An errand on its way.
struct ClientRequest {
    let visitor: UInt32
    let errand: Errand
    var repetitions: UInt8 = 0
    var sentAt: UInt64 = 0

    /// The visitor reads what it says: where it stands, or a page that waits. Of all else the bytes are dropped.
    func reads(_ head: ResponseHead) -> Bool {
        asksForStanding || errand == .page && head.fields.contains { $0.known == .waitingRoom }
    }
    var asksForStanding: Bool { errand == .status }
    var method: Method { errand == .delete ? .delete : .get }
}

/// Whose errands they are: writes them, and hears what came of them.
protocol ErrandSource: AnyObject {
    func write(_ request: ClientRequest, to target: ClientTarget, into output: inout ByteBuffer)
    /// The address that the visitor comes from, where it has one of its own.
    func source(of visitor: UInt32) -> IPAddress?
    /// `body` is empty where it is not read.
    func answered(_ request: ClientRequest, _ head: ResponseHead, _ bytes: Span<UInt8>, body: Span<UInt8>)
    func failed(_ request: ClientRequest, _ fault: ClientFault)
}
