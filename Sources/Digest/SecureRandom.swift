import COpenSSL
import Glibc

/// Randomness from the kernel, good enough for keys and names that must not be guessed.
public enum SecureRandom {
    /// The kernel hands out at most this much in one go without being interrupted.
    private static let chunkBytes = 256

    public static func bytes(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: max(0, count)) { place, made in
            while made < count {
                let wanted = min(chunkBytes, count - made)
                let got = place.baseAddress.map { getrandom($0 + made, wanted, 0) } ?? -1
                if got > 0 { made += got }
                // Without randomness there is nothing safe to go on with. It cannot happen on a kernel since 3.17.
                if got < 0 && errno != EINTR { abort() }
            }
        }
    }

    public static func word() -> UInt64 {
        var source = SystemRandomNumberGenerator()
        return source.next()
    }
}
