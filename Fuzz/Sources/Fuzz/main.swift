import CLibFuzzer
import Glibc

// `fuzz TARGET …` runs one target; the rest of the command line is libFuzzer's.

let name = CommandLine.arguments.dropFirst().first ?? ""
guard let chosen = judges[name] else {
    say("no target '\(name)'; there are \(judges.keys.sorted().joined(separator: ", "))")
    exit(2)
}
Chosen.judge = chosen

// libFuzzer gets the command line without the target's name.
let words = CommandLine.arguments.prefix(1) + CommandLine.arguments.dropFirst(2)
var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
var count = Int32(arguments.count)
arguments.append(nil)
let status = arguments.withUnsafeMutableBufferPointer { list in
    var start = list.baseAddress
    return LLVMFuzzerRunDriver(&count, &start) { bytes, count in
        Chosen.judge(Array(UnsafeBufferPointer(start: bytes, count: count)))
        return 0
    }
}
exit(status)
