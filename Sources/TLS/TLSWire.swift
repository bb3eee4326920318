import Bytes
import COpenSSL

/// Where OpenSSL reads and writes instead of a socket: a BIO whose read takes from the bytes that the caller was given and
/// whose write appends to the caller's buffer, so that nothing is copied in between.
///
/// One wire serves all sessions of a server or client, since only one of them is at work at any moment: a session attaches
/// the caller's bytes, calls OpenSSL, and detaches them before it returns. What OpenSSL calls back touches nothing but
/// `Wire`, which is plain memory of its own; no Swift object is being accessed at that time.
final class TLSWire {
    struct Wire {
        var input: UnsafePointer<UInt8>?
        var inputCount = 0
        var inputTaken = 0
        var out: UnsafeMutablePointer<ByteBuffer>?
        /// OpenSSL asked for more than there was: the only reason for it to stop that is not an error.
        var starved = false
        /// Handshake messages and alerts, both ways, in this call.
        var interruptions = 0
        /// The last fatal alert that the peer sent.
        var alert: Int32 = -1
        /// A ticket from the server, owned by whoever takes it from here.
        var freshTicket: OpaquePointer?
    }

    let wire: UnsafeMutablePointer<Wire>
    let bio: OpaquePointer
    private let method: OpaquePointer

    init() throws(TLSFault) {
        guard let method = BIO_meth_new(BIO_TYPE_SOURCE_SINK | BIO_get_new_index(), "session"),
            let bio = Self.make(method)
        else {
            throw TLSFault.failure(OpenSSLErrors.takeText("no memory for a BIO"))
        }
        self.method = method
        self.bio = bio
        wire = .allocate(capacity: 1)
        wire.initialize(to: Wire())
        BIO_set_data(bio, wire)
        BIO_set_init(bio, 1)
    }

    deinit {
        BIO_free(bio)
        BIO_meth_free(method)
        if let ticket = wire.pointee.freshTicket { SSL_SESSION_free(ticket) }
        wire.deinitialize(count: 1)
        wire.deallocate()
    }

    private static func make(_ method: OpaquePointer) -> OpaquePointer? {
        BIO_meth_set_read_ex(method) { bio, into, wanted, got in TLSWire.read(bio, into, wanted, got) }
        BIO_meth_set_write_ex(method) { bio, from, count, written in TLSWire.write(bio, from, count, written) }
        BIO_meth_set_ctrl(method) { _, command, _, _ in command == BIO_CTRL_FLUSH ? 1 : 0 }
        let bio = BIO_new(method)
        if bio == nil { BIO_meth_free(method) }
        return bio
    }

    private static func read(
        _ bio: OpaquePointer?, _ into: UnsafeMutablePointer<CChar>?, _ wanted: Int, _ got: UnsafeMutablePointer<Int>?
    ) -> Int32 {
        guard let wire = BIO_get_data(bio)?.assumingMemoryBound(to: Wire.self), let into, let got else { return 0 }
        shim_bio_clear_retry(bio)
        let count = min(wanted, wire.pointee.inputCount - wire.pointee.inputTaken)
        guard count > 0, let input = wire.pointee.input else {
            wire.pointee.starved = true
            shim_bio_set_retry_read(bio)
            got.pointee = 0
            return 0
        }
        UnsafeMutableRawPointer(into).copyMemory(from: input + wire.pointee.inputTaken, byteCount: count)
        wire.pointee.inputTaken += count
        got.pointee = count
        return 1
    }

    private static func write(
        _ bio: OpaquePointer?, _ from: UnsafePointer<CChar>?, _ count: Int, _ written: UnsafeMutablePointer<Int>?
    ) -> Int32 {
        guard let wire = BIO_get_data(bio)?.assumingMemoryBound(to: Wire.self), let out = wire.pointee.out, let from,
            let written
        else { return 0 }
        out.pointee.append(Span(_unsafeStart: UnsafeRawPointer(from).assumingMemoryBound(to: UInt8.self), count: count))
        written.pointee = count
        return 1
    }

    /// For the info callback of a context: counts what a peer could use to keep us busy without sending data.
    static func note(_ session: OpaquePointer?, _ event: Int32, _ value: Int32) {
        guard event & (SSL_CB_ALERT | SSL_CB_LOOP) != 0, let bio = SSL_get_rbio(session),
            let wire = BIO_get_data(bio)?.assumingMemoryBound(to: Wire.self)
        else { return }
        wire.pointee.interruptions += 1
        let isFatal = value >> 8 == SSL3_AL_FATAL
        if event & SSL_CB_ALERT != 0, event & SSL_CB_READ != 0, isFatal { wire.pointee.alert = value & 0xff }
    }

    func attach(_ input: UnsafeBufferPointer<UInt8>, out: UnsafeMutablePointer<ByteBuffer>) {
        wire.pointee.input = input.baseAddress
        wire.pointee.inputCount = input.count
        wire.pointee.inputTaken = 0
        wire.pointee.out = out
        wire.pointee.starved = false
        wire.pointee.interruptions = 0
        wire.pointee.alert = -1
    }

    func detach() {
        wire.pointee.input = nil
        wire.pointee.inputCount = 0
        wire.pointee.inputTaken = 0
        wire.pointee.out = nil
    }
}
