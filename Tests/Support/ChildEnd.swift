import Glibc
import Loop

/// Waits until a child of this process has ended, and takes note of it; somebody else in this process may have done so already,
/// which is as well. An error that names it when it goes on for too long.
func waitForEnd(of child: pid_t, _ what: String, secondsMax: Int = patienceSeconds) throws {
    let begun = Clock.system.monotonic
    var status: Int32 = 0
    while true {
        let ended = waitpid(child, &status, WNOHANG)
        if ended == child || ended < 0 && errno != EINTR { return }
        guard Clock.system.monotonic - begun < UInt64(secondsMax) * 1_000_000_000 else {
            throw PeerTrouble(saying: "waited \(secondsMax) s in vain for \(what) to end (process \(child))")
        }
        sched_yield()
    }
}
