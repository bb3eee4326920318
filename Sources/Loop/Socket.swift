import Address
import Bytes
import CLinux
import Glibc

/// A stream socket: the calls that a loop makes on it, none of which blocks. It is closed by `close`, once, by its owner.
public struct Socket: Sendable {
    public let descriptor: Int32

    public init(descriptor: Int32) { self.descriptor = descriptor }

    public enum Received: Sendable {
        /// So many bytes are in the loop's read buffer.
        case bytes(Int)
        case wouldBlock
        case end
        case failed(SystemError)
    }

    public enum Sent: Sendable {
        case bytes(Int)
        case wouldBlock
        case failed(SystemError)
    }

    /// Reads what has come into the loop's read buffer, at most `count` bytes or a buffer full.
    public func receive(on loop: EventLoop, atMost count: Int = .max) -> Received {
        loop.receive(from: descriptor, atMost: count)
    }

    public func send(_ bytes: Span<UInt8>) -> Sent {
        let count = bytes.withUnsafeBufferPointer { from in
            Glibc.send(descriptor, from.baseAddress, from.count, Int32(MSG_NOSIGNAL))
        }
        return count >= 0 ? .bytes(count) : Self.sendFailure()
    }

    /// Both in one call, and in one segment where they fit.
    public func send(_ first: Span<UInt8>, _ second: Span<UInt8>) -> Sent {
        let count = first.withUnsafeBufferPointer { one in
            second.withUnsafeBufferPointer { two in
                Int(clinux_send2(descriptor, one.baseAddress, one.count, two.baseAddress, two.count))
            }
        }
        return count >= 0 ? .bytes(count) : Self.sendFailure()
    }

    private static func sendFailure() -> Sent {
        let code = errno
        return code == EAGAIN || code == EINTR ? .wouldBlock : .failed(SystemError("send", code))
    }

    /// Bytes sent that the peer's kernel has not taken: they lie in ours.
    public var unacknowledgedBytes: Int { Int(clinux_unacknowledged(descriptor)) }

    /// Says that nothing more will be sent; what was sent still arrives.
    public func finishSending() { _ = shutdown(descriptor, Int32(SHUT_WR)) }

    /// Makes `close` send a reset, so that the peer cannot take half an answer for a whole one.
    public func resetOnClose() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
    }

    public func close() { _ = Glibc.close(descriptor) }

    /// What became of a connect, or of a connection that is broken.
    public var pendingError: SystemError? {
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length) == 0 else { return SystemError("getsockopt") }
        return code == 0 ? nil : SystemError("connect", code)
    }

    public func set(_ option: Int32, level: Int32, to value: Int32) {
        var value = value
        setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }
}

extension EventLoop {
    func receive(from descriptor: Int32, atMost limit: Int) -> Socket.Received {
        let count = recv(descriptor, readBuffer, max(1, min(limit, Self.readBufferBytes)), 0)
        if count > 0 { return .bytes(count) }
        if count == 0 { return .end }
        let code = errno
        return code == EAGAIN || code == EINTR ? .wouldBlock : .failed(SystemError("recv", code))
    }

    /// The bytes of the last `receive`, good until the next one.
    @_lifetime(borrow self)
    public func received(_ count: Int) -> Span<UInt8> {
        precondition(count <= Self.readBufferBytes)
        let bytes = Span(_unsafeStart: UnsafePointer(readBuffer.assumingMemoryBound(to: UInt8.self)), count: count)
        return _overrideLifetime(bytes, borrowing: self)
    }
}
