import Glibc

/// A way to judge one input: returns when all that has to hold holds, else ends the process with a word about it.
typealias Judge = @Sendable ([UInt8]) -> Void

let judges: [String: Judge] = [
    "request": judgeRequests, "response": judgeResponses, "chunked": judgeChunked, "proxy": judgeProxyProtocol,
    "settings": judgeSettings, "token": judgeTokens,
]

/// The one that this process is for.
enum Chosen {
    /// Set once, before libFuzzer starts; it calls back on the thread that started it.
    nonisolated(unsafe) static var judge: Judge = { _ in }
}

/// What has to hold. libFuzzer keeps the input when it does not.
func hold(_ condition: Bool, _ what: @autoclosure () -> String) {
    if condition { return }
    say("does not hold: \(what())")
    abort()
}

func say(_ words: String) {
    let line = Array("\nfuzz: \(words)\n".utf8)
    _ = write(STDERR_FILENO, line, line.count)
}
