import Address

/// What rooms, stores and tokens are described with.
extension Kind {
    static func hostPatterns() -> Kind<[HostPattern]> {
        list(
            of: element("a host, *.host or *", HostPattern.init) { item in
                let text = item.text ?? ""
                let host = UpstreamServer(text)?.host ?? UpstreamServer("http://\(text)")?.host
                return host ?? "shop.example"
            }, noun: "a host, *.host or *")
    }

    static func pathPatterns() -> Kind<[PathPattern]> {
        list(
            of: element("a path, or one with /* behind it", PathPattern.init) { _ in "/static/*" }, noun: "a path, or PATH/*"
        )
    }

    static func bypassMethods() -> Kind<[BypassMethod]> {
        list(
            of: element("a method", BypassMethod.init) { item in
                BypassMethod(item.text?.uppercased() ?? "")?.name ?? "OPTIONS"
            }, noun: "a method")
    }

    /// The path of a room: plain, and without a slash at its end.
    static func roomPath() -> Kind<String> {
        text("a path", example: "/tickets", mayBeEmpty: false) { text in
            PathPattern.isPlain(text) && (text == "/" || !text.hasSuffix("/"))
        }
    }

    /// Like any rate; a bare number, which flags have, is so many a second.
    static func admissionRate() -> Kind<Rate> {
        let countMax: UInt64 = 1_000_000
        var kind = rate()
        let read = kind.read
        kind.allowed = "0/s to \(countMax)/s (per /s, /m or /h)"
        kind.beyond = ["\"\(countMax + 1)/s\"", "\"fast\""]
        kind.read = { item, faults in
            if let text = item.text {
                let whole = item.isWord && UInt64(text) != nil ? text + "/s" : text
                if let rate = Rate(whole), rate.count <= countMax { return rate }
                if let rate = Rate(whole) {
                    let bound = Rate(count: countMax, perNanoseconds: rate.perNanoseconds)
                    faults.append(
                        Fault(item, "\(item.shown) is more than \(bound)", instead: TOMLText.quote("\(bound)")))
                    return nil
                }
            }
            return read(item, &faults)
        }
        return kind
    }

    static func moment() -> Kind<Moment> {
        let example = "\"2026-12-01T10:00:00+09:00\""
        let noun = "a time with its offset from UTC, in quotes"
        return Kind<Moment>(
            noun: noun, allowed: "a time such as \(example)",
            beyond: ["\"2026-12-01\"", "\"2026-12-01T10:00:00\"", "\"2026-02-29T10:00:00Z\"", "2026-12-01T10:00:00Z", "1"],
            example: example,
            read: { item, faults in
                if let moment = item.text.flatMap(Moment.init) { return moment }
                faults.append(.not(item, noun, instead: example))
                return nil
            },
            write: { TOMLText.quote($0.description) })
    }

    static func pageTitle() -> Kind<String> {
        text("a title of at most 100 letters", example: "Spring Tour", mayBeEmpty: true) { $0.count <= 100 }
    }

    static func pageStatus() -> Kind<Int> {
        let known = [200, 202, 429, 503]
        return Kind<Int>(
            noun: "200, 202, 429 or 503", allowed: "200, 202, 429 or 503", beyond: ["201", "\"ok\""],
            read: { item, faults in
                if let number = item.integer, known.contains(Int(clamping: number)) { return Int(number) }
                faults.append(.not(item, "200, 202, 429 or 503", instead: "200"))
                return nil
            },
            write: String.init)
    }

    static func cookieName() -> Kind<String> {
        text("the name of a cookie", example: "wr_ticket", mayBeEmpty: false) { text in
            text.utf8.count <= 64
                && text.utf8.allSatisfy {
                    (97...122).contains($0 | 0x20) || (48...57).contains($0) || $0 == UInt8(ascii: "_")
                        || $0 == UInt8(ascii: "-")
                }
        }
    }

    static func nodeName() -> Kind<String> {
        text("a name of at most 64 of A-Z a-z 0-9 . _ -", example: "edge-1", mayBeEmpty: true) { RoomNaming.isName($0) }
    }

    /// The scheme is judged here; the rest by whoever connects, before anything is started.
    static func serviceURL(_ schemes: [String], example: String, mayBeEmpty: Bool) -> Kind<ServiceURL> {
        let noun = "a URL that begins with " + schemes.map { "\($0)://" }.joined(separator: " or ")
        return Kind<ServiceURL>(
            noun: noun, allowed: mayBeEmpty ? "\(noun), or \"\"" : noun,
            beyond: ["\"127.0.0.1\"", "\"http://127.0.0.1\"", "1"] + (mayBeEmpty ? [] : ["\"\""]),
            read: { item, faults in
                if let text = item.text, text.utf8.count <= 4096, text.utf8.allSatisfy({ (0x21...0x7e).contains($0) }),
                    text.isEmpty ? mayBeEmpty : schemes.contains(where: { text.hasPrefix("\($0)://") })
                {
                    return ServiceURL(text)
                }
                // What was written may hold a password, and is not quoted.
                faults.append(Fault(item, "is not \(noun)", instead: TOMLText.quote(example)))
                return nil
            },
            write: { TOMLText.quote($0.description) })
    }

    static func lanes() -> Kind<[Settings.Room.Lane]> {
        let example = "[{ name = \"vip\", share = 3 }, { name = \"general\", share = 1 }]"
        let noun = "a list of lanes"
        return Kind<[Settings.Room.Lane]>(
            noun: noun, allowed: "one to eight of { name, share }, shares from 1 to 1000",
            beyond: ["[]", "[{}]", "[{ name = \"a\", share = 0 }]", "[{ name = \"a b\", share = 1 }]", "\"vip\""],
            read: { item, faults in
                guard case .list(let items) = item.value, (1...8).contains(items.count) else {
                    faults.append(.not(item, noun, instead: example))
                    return nil
                }
                let before = faults.count
                let lanes = items.compactMap { lane($0, &faults) }
                if Set(lanes.map(\.name)).count < lanes.count {
                    faults.append(Fault(item, "has two lanes of one name", instead: example))
                }
                return faults.count == before ? lanes : nil
            },
            write: { lanes in
                let tables = lanes.map { "{ name = \(TOMLText.quote($0.name)), share = \($0.share) }" }
                return "[" + tables.joined(separator: ", ") + "]"
            })
    }

    private static func lane(_ item: Item, _ faults: inout [Fault]) -> Settings.Room.Lane? {
        guard case .table(let fields, _) = item.value else {
            faults.append(.not(item, "a lane", instead: "{ name = \"vip\", share = 3 }"))
            return nil
        }
        var lane = Settings.Room.Lane(name: "", share: 1)
        for field in fields {
            switch field.name {
            case "name":
                guard let name = field.text, name.utf8.count <= 32, RoomNaming.isName(name), !name.contains(".") else {
                    faults.append(.not(field, "a name of at most 32 of A-Z a-z 0-9 _ -", instead: "name = \"vip\""))
                    return nil
                }
                lane.name = name
            case "share":
                guard let share = Kind<Int>.integer(1...1000).read(field, &faults) else { return nil }
                lane.share = share
            default:
                let saying = "\(TOMLText.name(field.name)) is not known in a lane; name and share are"
                faults.append(Fault(field, saying, instead: nil))
            }
        }
        if lane.name.isEmpty { faults.append(Fault(item, "name is missing", instead: "name = \"vip\"")) }
        return lane.name.isEmpty ? nil : lane
    }
}

/// How rooms and nodes may be called.
enum RoomNaming {
    static func isName(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                (97...122).contains($0 | 0x20) || (48...57).contains($0) || $0 == UInt8(ascii: ".")
                    || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
            }
    }
}
