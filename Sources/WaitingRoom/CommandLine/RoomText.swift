/// Answers of the admin listener for people.
enum RoomText {
    static func rooms(_ value: JSONValue) -> String {
        let rooms = value["rooms"]?.list ?? []
        let rows =
            [["ROOM", "STATE", "WAITING", "INSIDE", "RATE", "STORE"]]
            + rooms.map { room in ["room", "state", "waiting", "active", "rate", "store"].map { show(room[$0]) } }
        return table(rows)
    }

    static func table(_ rows: [[String]]) -> String {
        let widths = (0..<(rows.first?.count ?? 0)).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            zip(row, widths).enumerated().map { at, cell in
                at == row.count - 1 ? cell.0 : cell.0 + String(repeating: " ", count: cell.1 - cell.0.count)
            }.joined(separator: "  ")
        }.joined(separator: "\n")
    }

    static func show(_ value: JSONValue?) -> String {
        switch value {
        case nil, .null: "-"
        case .text(let text): text
        case let value?: value.description
        }
    }

    static func room(_ value: JSONValue) -> String {
        func line(_ name: String, _ text: String) -> String {
            "  " + name + String(repeating: " ", count: max(1, 10 - name.count)) + text
        }
        let isCurrent = value["isCurrent"]?.bool ?? false
        var lines = ["\(show(value["room"])): \(show(value["state"]))"]
        if let phase = value["phase"]?.text, phase != value["state"]?.text { lines[0] += ", now \(phase)" }
        if !isCurrent { lines[0] += ", and the store is silent: figures are not known" }
        let lanes = value["lanes"]?.list ?? []
        let each =
            lanes.count > 1
            ? "  (" + lanes.map { "\(show($0["name"])) \(show($0["waiting"]))" }.joined(separator: ", ") + ")" : ""
        lines.append(line("waiting", show(value["waiting"]) + each))
        let admitted = value["admitted"]
        lines.append(
            line(
                "let in",
                "\(show(value["rate"])); in the last 1, 10, 60 s: "
                    + ["last1s", "last10s", "last60s"].map { show(admitted?[$0]) }.joined(separator: ", ")))
        if let adaptation = value["adaptation"], let says = adaptation["says"]?.text {
            let since = adaptation["since"]?.text.map { ", at \($0)" } ?? ""
            let bounds = ["min", "max", "configured"].map { show(adaptation[$0]) }
            lines.append(line("rate", "\(says)\(since)"))
            lines.append(line("", "between \(bounds[0]) and \(bounds[1]), configured \(bounds[2])"))
        }
        lines.append(
            line(
                "inside",
                "\(show(value["active"])) of \(show(value["maxActive"])), \(show(value["offered"])) of them still to come"))
        lines.append(line("wait", range(value["wait"]) + " for who comes now"))
        if let promise = value["promise"], promise["kept"]?.integer ?? 0 > 0 {
            let errors = ["medianError", "errorOf9In10"].map { percent(promise[$0]) }
            lines.append(
                line(
                    "promises",
                    "\(show(promise["kept"])) of this process: off by \(errors[0]) in the middle, \(errors[1]) for nine in ten"
                ))
        }
        let nodes = value["nodes"]?.list?.map(show) ?? []
        lines.append(
            line("store", "\(show(value["store"]?["inUse"])), \(nodes.count) nodes: \(nodes.joined(separator: ", "))"))
        for item in value["controls"]?["live"]?.members ?? [] {
            let who = item.value["by"]?.text.map { ", by \($0) at \(show(item.value["at"]))" } ?? ", set elsewhere"
            lines.append(
                line(
                    "live", "\(item.name) \(show(item.value["value"])) (configured \(show(item.value["configured"]))\(who))")
            )
        }
        return lines.joined(separator: "\n")
    }

    private static func range(_ value: JSONValue?) -> String {
        guard let low = value?["low"]?.integer, let high = value?["high"]?.integer else { return "not known" }
        return "\(span(low)) to \(span(high))"
    }

    private static func span(_ seconds: Int64) -> String {
        seconds < 90
            ? "\(seconds) s"
            : seconds < 5400 ? "\((seconds + 30) / 60) min" : "\(seconds / 3600) h \(seconds % 3600 / 60) min"
    }

    private static func percent(_ value: JSONValue?) -> String {
        value?.number.map { "\(Int(($0 * 100).rounded())) %" } ?? "-"
    }

    static func changed(_ keys: [String], _ value: JSONValue) -> String {
        let live = value["room"]?["controls"]?["live"]
        return keys.map { key in
            guard let item = live?[key] else { return "\(key): as configured" }
            return "\(key): \(show(item["value"])) (configured \(show(item["configured"])))"
        }.joined(separator: "\n")
    }

    static func timeline(_ value: JSONValue) -> String {
        var lines = ["ticket \(show(value["ticket"])) of \(show(value["room"])), as this process knows it"]
        for event in value["events"]?.list ?? [] {
            lines.append("  \(show(event["at"]))  \(show(event["what"])): \(show(event["why"]))")
        }
        for now in value["now"]?.list ?? [] {
            let words = (now.members ?? []).map { "\($0.name) \(show($0.value))" }
            lines.append("  now: \(words.joined(separator: ", "))")
        }
        if lines.count == 1 { lines.append("  nothing is known of it here") }
        return lines.joined(separator: "\n")
    }
}
