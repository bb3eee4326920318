import Foundation

// A sale on real servers under a fault: real nodes, a real Redis, a real PostgreSQL, visitors that are counted.

guard let settings = Setting.read(Array(CommandLine.arguments.dropFirst())) else {
    FileHandle.standardError.write(Data((Setting.usage + "\n").utf8))
    exit(2)
}
var isKept = true
for setting in settings {
    do {
        let verdict = try Sale(setting: setting).run()
        FileHandle.standardOutput.write(Data(verdict.text.utf8))
        isKept = isKept && verdict.broken.isEmpty
    } catch {
        FileHandle.standardOutput.write(Data("\(setting.fault.rawValue): could not be run: \(error)\n".utf8))
        isKept = false
    }
}
exit(isKept ? 0 : 1)
