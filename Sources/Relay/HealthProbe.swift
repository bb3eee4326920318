import Bytes
import HTTP
import Loop
import TLS
import Web

/// Asks one server whether it is well: a GET now and then, judged by its status.
///
/// Two failures in a row make it down, one good answer makes it well again. Runs on the control loop, for all loops.
public final class HealthProbe: Watcher, DeadlineOwner {
    public struct Settings: Sendable, Equatable {
        public var path: String
        public var interval: UInt64
        public var timeout: UInt64

        public init(path: String, interval: UInt64, timeout: UInt64) {
            self.path = path
            self.interval = interval
            self.timeout = timeout
        }
    }

    private static let failuresMax = 2

    public let target: UpstreamTarget
    public private(set) var isDown = false
    private let settings: Settings
    private let loop: EventLoop
    private let tls: TLSClient?
    private let onChange: (Bool, String) -> Void
    private var wire: Wire?
    private var stream = ResponseStream()
    private var head = ResponseHead()
    private var kept = ByteBuffer()
    private var deadline = Deadline()
    private var failures = 0
    private var attempts = 0
    private var isEnded = false

    /// `onChange`: down or not, and why.
    public init(
        _ target: UpstreamTarget, settings: Settings, tls: TLSClient?, on loop: EventLoop,
        _ onChange: @escaping (Bool, String) -> Void
    ) {
        self.target = target
        self.settings = settings
        self.tls = tls
        self.loop = loop
        self.onChange = onChange
    }

    public func start() { ask() }

    public func end() {
        isEnded = true
        deadline.cancel(on: loop)
        disconnect()
    }

    private func ask() {
        guard !target.endpoints.isEmpty else { return judge("the name has no address") }
        let endpoint = target.endpoints[attempts % target.endpoints.count]
        attempts += 1
        deadline.set(loop.now + settings.timeout, for: self, on: loop)
        do {
            let socket = try Socket.connect(to: endpoint)
            let session = target.isSecure ? try? tls?.session(host: target.tlsName) : nil
            wire = Wire(socket, session: session)
            stream = ResponseStream()
            stream.expect(.get)
            wire?.output.append(
                "GET \(settings.path) HTTP/1.1\r\nHost: \(target.authority)\r\nUser-Agent: waitingroom-health\r\n"
                    + "Connection: close\r\n\r\n")
            try loop.watch(socket.descriptor, for: .writable, self)
        } catch {
            judge("\(error)")
        }
    }

    public func ready(_ readiness: Readiness) {
        guard let socket = wire?.socket else { return }
        if let error = socket.pendingError { return judge(error.description) }
        if readiness.contains(.writable) {
            if let session = wire?.session, !session.isEstablished { wire?.startHandshake(session) }
            if case .failed(let error)? = wire?.flush() { return judge(error.description) }
            loop.rewatch(socket.descriptor, for: .readable)
            return
        }
        let loop = loop
        switch socket.receive(on: loop) {
        case .bytes(let count):
            if let session = wire?.session {
                let state = wire?.decrypt(loop.received(count), with: session, plain: &kept)
                if state == .failed { return judge(session.fault?.description ?? "TLS failed") }
                _ = wire?.flush()
            } else {
                kept.append(loop.received(count))
            }
            readAnswer()
        case .wouldBlock: return
        case .end: judge("closed the connection instead of answering")
        case .failed(let error): judge(error.description)
        }
    }

    private func readAnswer() {
        let step = stream.next(kept.span, head: &head, limits: ResponseLimits())
        switch step.event {
        case .needMore: return
        case .head where head.isInterim:
            kept.removeFirst(step.consumed)
            readAnswer()
        case .head: judge((200..<400).contains(head.status) ? nil : "answered \(head.status) to \(settings.path)")
        case .refused(let fault): judge(fault.reason)
        case .body, .end: judge("answered what was not asked")
        }
    }

    /// `trouble`: nil when it is well.
    private func judge(_ trouble: String?) {
        disconnect()
        guard !isEnded else { return }
        failures = trouble == nil ? 0 : failures + 1
        if trouble == nil, isDown {
            isDown = false
            onChange(false, "answers again")
        } else if let trouble, !isDown, failures >= Self.failuresMax {
            isDown = true
            onChange(true, trouble)
        }
        deadline.set(loop.now + settings.interval, for: self, on: loop)
    }

    private func disconnect() {
        guard let socket = wire?.socket else { return }
        loop.unwatch(socket.descriptor)
        socket.close()
        wire = nil
        kept.release()
    }

    public func deadlinePassed() {
        guard deadline.hasPassed(for: self, on: loop) else { return }
        if wire == nil { ask() } else { judge("no answer in time") }
    }
}
