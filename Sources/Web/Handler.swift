import Bytes
import HTTP

/// Answers the requests of a server. One per loop.
public protocol Handler: AnyObject {
    /// The head of a request has come. The handler answers now, or makes something the connection's `responder` that
    /// will. `head` and `bytes` are good during this call only.
    func handle(_ head: RequestHead, _ bytes: Span<UInt8>, on connection: ServerConnection)

    /// What came was no request that can be taken; the answer has been written.
    func refused(_ refusal: Refusal, on connection: ServerConnection)

    /// The answer is complete, or the client went away before it was.
    func finished(_ connection: ServerConnection)
}

/// Answers one request over some time.
public protocol Responder: AnyObject {
    func requestBody(_ bytes: Span<UInt8>)
    func requestEnded()
    /// All that came in one read has been told: the time to send on what was gathered.
    func batchEnded()
    /// The client has taken what there was.
    func clientCanTakeMore()
    /// The client is lost; nothing more can be answered.
    func clientGone(_ loss: ClientLoss)
}

/// How a client was lost.
public enum ClientLoss: String, Sendable {
    case closed = "the client closed the connection"
    case reset = "the client reset the connection"
    case slowBody = "the client sent its body too slowly"
    case slowReader = "the client took the answer too slowly"
    case badBody = "the client sent a malformed body"
    case tooLarge = "the client sent a body over the limit"
    case drained = "the server had to stop"
}
