/// Settings in the making: what has been read so far, where each key was said, and everything that is wrong.
struct Loading {
    private(set) var settings = Settings()
    private(set) var problems: [SettingsProblem] = []
    /// By `section.key`; keys that nobody wrote are missing.
    private var places: [String: SettingsProblem.Place] = [:]
    /// Keys that already have a problem: what follows from their values is not worth a second one.
    private var faulty: Set<String> = []
    private let elsewhere: SettingsProblem.Place
    /// `[rooms.NAME]`, read when `[room]` and the flags are known.
    private var roomItems: Item?
    private(set) var roomPlaces: [SettingsProblem.Place] = []
    static let roomsName = "rooms"

    /// More problems than this help nobody; a file is read no further, and flags only as far as they are right.
    static let problemsMax = 100

    init(file: String?) { elsewhere = file.map { .file($0) } ?? .defaults }

    /// A file with wrong values is refused even where a flag overrides them, but such a value has no say in anything else.
    mutating func read(_ bytes: [UInt8], file: String, overridden: Set<String>) {
        do throws(SettingsProblem) {
            for item in try TOMLDocument(bytes, file: file).items {
                if item.name == Self.roomsName { roomItems = item } else { readSection(item, overridden: overridden) }
            }
        } catch {
            problems.append(error)
            // What the file would have said is not known, so nothing can be said about how it fits together.
            faulty.formUnion(Settings.keys.map(\.path))
        }
    }

    private mutating func readSection(_ item: Item, overridden: Set<String>) {
        guard problems.count <= Self.problemsMax else { return }
        guard let section = Settings.section(item.name) else { return problems.append(UnknownName.section(item)) }
        guard case .table(let items, _) = item.value else {
            let saying = "\(item.shown) is not a section of keys"
            return problems.append(
                SettingsProblem(place: item.place, section: section.name, saying: saying, instead: "[\(section.name)]"))
        }
        for item in items where problems.count <= Self.problemsMax {
            guard let key = section.key(item.name) else {
                problems.append(UnknownName.key(item, in: section))
                continue
            }
            if overridden.contains(key.path) {
                var unused = settings
                add(key.read(item, &unused), key)
            } else {
                read(item, key)
            }
        }
    }

    mutating func read(_ overrides: [SettingsOverride]) {
        var paths: [String] = []
        for override in overrides where !paths.contains(override.key) { paths.append(override.key) }
        for path in paths {
            let given = overrides.filter { $0.key == path }
            guard let first = given.first else { continue }
            let place = SettingsProblem.Place.flag(first.flag)
            guard let key = Settings.key(path) else {
                problems.append(SettingsProblem(place: place, saying: "there is no key \(path)"))
                continue
            }
            if given.count > 1, !key.isList {
                problems.append(SettingsProblem(place: place, saying: "is given \(given.count) times; keep one of them"))
                faulty.insert(path)
                continue
            }
            read(Item(value: .word(given.map(\.value).joined(separator: ",")), place: place), key)
        }
    }

    private mutating func read(_ item: Item, _ key: Key) {
        places[key.path] = item.place
        let faults = key.read(item, &settings)
        if !faults.isEmpty { faulty.insert(key.path) }
        add(faults, key)
    }

    private mutating func add(_ faults: [Fault], _ key: Key, in section: String? = nil) {
        for fault in faults.prefix(Self.problemsMax) {
            let problem = SettingsProblem(
                place: fault.place, section: section ?? key.section, key: key.name, saying: fault.saying,
                instead: fault.instead)
            if problem != problems.last { problems.append(problem) }
        }
    }

    /// The rooms of the file: each begins as `[room]` is, flags included, and says where it differs.
    mutating func readRooms() {
        guard let all = roomItems else { return }
        guard case .table(let items, _) = all.value else {
            return refuse(all, "\(all.shown) is not a section of rooms", instead: "[rooms.main]")
        }
        if items.count > Settings.roomsMax {
            return refuse(all, "has \(items.count) rooms; there may be \(Settings.roomsMax)")
        }
        for item in items where problems.count <= Self.problemsMax { readRoom(item) }
    }

    private mutating func readRoom(_ item: Item) {
        let name = "\(Self.roomsName).\(TOMLText.name(item.name))"
        guard RoomNaming.isName(item.name) else {
            return refuse(item, "is no name of a room: at most 64 of A-Z a-z 0-9 . _ -", section: name)
        }
        guard case .table(let items, _) = item.value else {
            return refuse(item, "\(item.shown) is not a room; write its keys below [\(name)]")
        }
        var own = settings
        for item in items where problems.count <= Self.problemsMax {
            guard let key = Settings.Room.section.key(item.name) else {
                var problem = UnknownName.key(item, in: Settings.Room.section)
                problem.section = name
                problems.append(problem)
                continue
            }
            add(key.read(item, &own), key, in: name)
        }
        settings.rooms.append(Settings.NamedRoom(name: item.name, room: own.room))
        roomPlaces.append(item.place)
    }

    mutating func refuse(_ item: Item, _ saying: String, section: String = roomsName, instead: String? = nil) {
        refuse(item.place, saying, section: section, instead: instead)
    }

    mutating func refuse(
        _ place: SettingsProblem.Place, _ saying: String, section: String, key: String? = nil, instead: String? = nil
    ) {
        problems.append(
            SettingsProblem(place: place, section: section, key: key, saying: saying, instead: instead))
    }

    /// Where a room is made; where `[room]` says something of it, for the one that the file does not make.
    func place(ofRoom at: Int) -> SettingsProblem.Place {
        roomPlaces.indices.contains(at) ? roomPlaces[at] : places.first { $0.key.hasPrefix("room.") }?.value ?? elsewhere
    }

    /// A problem between keys, said where the first of them stands, or the first of the others that stands anywhere.
    mutating func conflict(_ paths: [String], _ saying: String, instead: String? = nil) {
        guard let first = paths.first, let key = Settings.key(first), faulty.isDisjoint(with: paths) else { return }
        // A flag would take the place of the key's name, so that only a flag for this very key can be named.
        let line = paths.compactMap { places[$0] }.first { $0.line < SettingsProblem.Place.defaults.line }
        problems.append(
            SettingsProblem(
                place: places[first] ?? line ?? elsewhere, section: key.section, key: key.name, saying: saying,
                instead: instead))
    }

    /// Whoever starts without a file is told of the flag, whoever has one of the key.
    mutating func checkRequired(_ flags: [String: String]) {
        let defaults = Settings()
        for key in Settings.keys {
            guard let flag = flags[key.path], key.isSame(settings, defaults) else { continue }
            let example = key.example ?? key.write(defaults)
            if elsewhere == .defaults, places[key.path] == nil {
                problems.append(SettingsProblem(place: .flag(flag), saying: "is missing", instead: "\(flag) \(example)"))
            } else {
                conflict([key.path], "is missing", instead: "\(key.name) = \(example)")
            }
        }
    }

    mutating func checkFiles(_ trouble: (String) -> String?) {
        for key in Settings.keys {
            for path in key.files(settings) {
                guard let why = trouble(path) else { continue }
                conflict([key.path], "\(TOMLText.quote(TOMLText.clipped(path))) cannot be read: \(why)")
            }
        }
    }

    /// In the order of the file; several problems of one line in the order in which they were found.
    func result() throws(SettingsProblems) -> Settings {
        guard !problems.isEmpty else { return settings }
        var sorted = problems.enumerated().sorted {
            ($0.element.place.line, $0.offset) < ($1.element.place.line, $1.offset)
        }.map(\.element)
        if sorted.count > Self.problemsMax {
            sorted = Array(sorted.prefix(Self.problemsMax))
            sorted.append(SettingsProblem(place: elsewhere, saying: "has more problems than these"))
        }
        throw SettingsProblems(sorted)
    }
}

/// Names that the table does not have, and what was probably meant.
enum UnknownName {
    static func section(_ item: Item) -> SettingsProblem {
        guard case .table = item.value else { return loose(item) }
        let names = Settings.sections.map(\.name)
        let known = "there are " + names.map { "[\($0)]" }.joined(separator: ", ")
        let near = Nearness.nearest(to: item.name, of: names).map { "did you mean [\($0)]?" }
        let saying = "there is no such section; \(near ?? known)"
        return SettingsProblem(place: item.place, section: TOMLText.name(item.name), saying: saying)
    }

    /// A key above all sections.
    private static func loose(_ item: Item) -> SettingsProblem {
        let near = Settings.keys.first { $0.name == item.name }.map { "did you mean [\($0.section)] \($0.name)?" }
        let saying = "stands in no section; \(near ?? "write the [section] that it belongs to above it")"
        return SettingsProblem(place: item.place, key: TOMLText.name(item.name), saying: saying)
    }

    static func key(_ item: Item, in section: Section) -> SettingsProblem {
        let names = section.keys.map(\.name)
        let other = Settings.keys.first { $0.name == item.name }.map { "did you mean [\($0.section)] \($0.name)?" }
        let near = Nearness.nearest(to: item.name, of: names).map { "did you mean `\($0)`?" }
        let known = "there are " + names.joined(separator: ", ")
        return SettingsProblem(
            place: item.place, section: section.name, key: TOMLText.name(item.name),
            saying: "there is no such key; \(other ?? near ?? known)")
    }
}
