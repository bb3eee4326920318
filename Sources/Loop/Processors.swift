import CLinux
import Glibc

/// The cores that this process may use.
public enum Processors {
    public static var count: Int { max(1, Int(clinux_usable_cores())) }
}
