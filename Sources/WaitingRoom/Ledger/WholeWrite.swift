import Glibc

/// Writes until all is written or nothing more is taken.
enum WholeWrite {
    private static let pieceBytes = 1 << 20

    /// How many bytes went out; `errno` says why no more.
    static func write(_ bytes: [UInt8], to file: Int32) -> Int {
        var at = 0
        while at < bytes.count {
            let piece = Array(bytes[at..<min(at + pieceBytes, bytes.count)])
            let count = Glibc.write(file, piece, piece.count)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { break }
            at += count
        }
        return at
    }
}
