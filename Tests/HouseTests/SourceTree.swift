import Foundation

/// The tree that these tests lie in.
enum SourceTree {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Built or foreign: not ours to judge.
    private static let skipped: Set<String> = [".build", ".git", ".swiftpm", "work", "state", "__pycache__"]

    /// Everything below the root, relative to it.
    static let paths: [String] = {
        var found: [String] = []
        var folders = [""]
        while let folder = folders.popLast() {
            let place = folder.isEmpty ? root : root.appending(path: folder)
            let names = (try? FileManager.default.contentsOfDirectory(atPath: place.path(percentEncoded: false))) ?? []
            for name in names.sorted() where !skipped.contains(name) {
                let path = folder.isEmpty ? name : folder + "/" + name
                var isFolder: ObjCBool = false
                let full = root.appending(path: path).path(percentEncoded: false)
                guard FileManager.default.fileExists(atPath: full, isDirectory: &isFolder) else { continue }
                if isFolder.boolValue { folders.append(path) } else { found.append(path) }
            }
        }
        return found.sorted()
    }()

    static func text(_ path: String) -> String? {
        guard let data = try? Data(contentsOf: root.appending(path: path)) else { return nil }
        return String(data: data, encoding: .utf8)
    }

    /// All Swift sources, read once.
    static let swift: [SourceFile] = paths.filter { $0.hasSuffix(".swift") }.compactMap { path in
        text(path).map { SourceFile(path: path, text: $0) }
    }

    /// Text that people wrote: not the cases that tests and fuzzers feed on, which may be any bytes.
    static let written: [(path: String, text: String)] = paths.filter { path in
        !path.contains("/Corpus/") && !path.contains("/Golden/") && !path.contains("/dictionaries/")
    }.compactMap { path in
        text(path).map { (path, $0) }
    }
}
