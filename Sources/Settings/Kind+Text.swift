/// Words, names and paths.
extension Kind {
    /// One of the raw values.
    static func choice<Choice: RawRepresentable<String> & CaseIterable & Sendable & Equatable>(
        _ type: Choice.Type
    ) -> Kind<Choice> {
        let quoted = Choice.allCases.map { TOMLText.quote($0.rawValue) }
        let noun = quoted.dropLast().joined(separator: ", ") + " or " + (quoted.last ?? "")
        return Kind<Choice>(
            noun: noun, allowed: noun,
            read: { item, faults in
                if let choice = item.text.flatMap(Choice.init(rawValue:)) { return choice }
                let words = Choice.allCases.map(\.rawValue)
                let text = item.text?.lowercased() ?? ""
                let near = Nearness.nearest(to: text, of: words) ?? words.first { !text.isEmpty && $0.hasPrefix(text) }
                faults.append(.not(item, noun, instead: near.map(TOMLText.quote)))
                return nil
            },
            write: { TOMLText.quote($0.rawValue) })
    }

    /// Text that `isRight` accepts; may be empty, which the documentation of the key explains.
    static func text(
        _ noun: String, example: String, mayBeEmpty: Bool, isRight: @escaping @Sendable (String) -> Bool
    ) -> Kind<String> {
        Kind<String>(
            noun: noun, allowed: mayBeEmpty ? "\(noun), or \"\"" : noun, beyond: mayBeEmpty ? [] : ["\"\""],
            read: { item, faults in
                if let text = item.text, text.utf8.count <= 4096, text.unicodeScalars.allSatisfy(TOMLText.isPlain),
                    text.isEmpty ? mayBeEmpty : isRight(text)
                {
                    return text
                }
                faults.append(.not(item, noun, instead: TOMLText.quote(example)))
                return nil
            },
            write: TOMLText.quote)
    }

    /// A path; one that is not absolute is taken from the folder of the file that names it, or, from a flag, from the working directory.
    static func path(_ noun: String, example: String, mayBeEmpty: Bool = false) -> Kind<String> {
        var kind = text(noun, example: example, mayBeEmpty: mayBeEmpty) { _ in true }
        let read = kind.read
        kind.read = { item, faults in read(item, &faults).map { item.resolved($0) } }
        return kind
    }

    /// `"stdout"`, `"stderr"` or a path; `"off"` where that is allowed.
    static func output(mayBeOff: Bool) -> Kind<Settings.Log.Output> {
        let noun = (mayBeOff ? "\"off\", " : "") + "\"stdout\", \"stderr\" or a path"
        let path = path(noun, example: "stderr")
        return Kind<Settings.Log.Output>(
            noun: noun, allowed: noun, beyond: mayBeOff ? ["\"\""] : ["\"\"", "\"off\""],
            read: { item, faults in
                switch item.text {
                case "stdout": return .stdout
                case "stderr": return .stderr
                case "off" where mayBeOff: return .off
                case "off":
                    faults.append(.not(item, noun, instead: "\"stderr\""))
                    return nil
                default: return path.read(item, &faults).map { .file($0) }
                }
            },
            write: { output in
                switch output {
                case .off: "\"off\""
                case .stdout: "\"stdout\""
                case .stderr: "\"stderr\""
                case .file(let path): TOMLText.quote(path)
                }
            })
    }
}

extension Item {
    fileprivate func resolved(_ path: String) -> String {
        guard case .line(let file, _) = place, !path.isEmpty, !path.hasPrefix("/"), let slash = file.lastIndex(of: "/")
        else {
            return path
        }
        return file[...slash] + path
    }
}
