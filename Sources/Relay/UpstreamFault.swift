import HTTP
import Loop

/// Why an origin did not answer as it should.
public enum UpstreamFault: Error, Sendable {
    case connectFailed(String)
    case connectTimedOut
    case handshakeFailed(String)
    /// It closed before a byte of an answer came. On a connection that had been used before, it may have been about to
    /// close it anyway.
    case closedBeforeAnswer(wasReused: Bool)
    case firstByteTimedOut
    case malformedAnswer(ResponseFault)
    case unaskedUpgrade
    case truncatedAnswer
    case resetInAnswer
    case readTimedOut
    case writeTimedOut
    /// All connections are taken and too many wait already.
    case queueFull
    case waitTimedOut
    case noServer
    /// No file descriptor is left for a connection to it.
    case noDescriptor(String)

    /// What the client gets while nothing of an answer has been sent.
    public var status: UInt16 {
        switch self {
        case .connectTimedOut, .firstByteTimedOut, .readTimedOut, .writeTimedOut: 504
        case .queueFull, .waitTimedOut, .noServer, .noDescriptor: 503
        default: 502
        }
    }

    /// Whose fault it is: the server's, so that it counts against its health, or our own ceiling's.
    var countsAgainstServer: Bool {
        switch self {
        case .queueFull, .waitTimedOut, .noServer, .noDescriptor: false
        case .closedBeforeAnswer(let wasReused): !wasReused
        default: true
        }
    }

    /// Whether another attempt cannot do harm. `isSafe`: the method changes nothing.
    func mayRetry(isSafe: Bool) -> Bool {
        switch self {
        case .connectFailed, .connectTimedOut, .handshakeFailed: true
        case .closedBeforeAnswer: isSafe
        default: false
        }
    }

    /// For the log.
    public var reason: String {
        switch self {
        case .connectFailed(let error): "cannot connect: \(error)"
        case .connectTimedOut: "connecting took too long"
        case .handshakeFailed(let error): "TLS handshake failed: \(error)"
        case .closedBeforeAnswer(let wasReused):
            wasReused ? "closed a kept connection instead of answering" : "closed the connection instead of answering"
        case .firstByteTimedOut: "no answer in time"
        case .malformedAnswer(let fault): "malformed answer: \(fault.reason)"
        case .unaskedUpgrade: "switched protocols without having been asked"
        case .truncatedAnswer: "closed the connection in the middle of its answer"
        case .resetInAnswer: "reset the connection in the middle of its answer"
        case .readTimedOut: "stalled in the middle of its answer"
        case .writeTimedOut: "stopped taking the request"
        case .queueFull: "all connections are in use and too many requests wait for one"
        case .waitTimedOut: "no connection became free in time"
        case .noServer: "no server is configured"
        case .noDescriptor(let error): "no connection can be opened from here: \(error)"
        }
    }

    /// For the page.
    var sentence: String {
        switch status {
        case 504: "The site took too long to answer. Please try again in a moment."
        case 503: "The site is busy. Please try again in a moment."
        default: "The site could not be reached properly. Please try again in a moment."
        }
    }
}
