import Bytes

/// Which room a request belongs to: the most exact host, and of those the longest path.
public struct RoomMap: Sendable {
    /// Where a room is.
    public struct Area: Sendable, Equatable {
        public enum Host: Sendable, Equatable {
            case any
            /// In small letters, as all of these.
            case exactly([UInt8])
            case below([UInt8])
        }

        public var host: Host
        /// Begins with a slash, and ends with none, but for `/` itself.
        public var path: [UInt8]
        public var room: Int

        public init(host: Host, path: [UInt8], room: Int) {
            self.host = host
            self.path = path.map(\.asciiLowercased)
            self.room = room
        }

        /// How exact the host is.
        fileprivate var weight: Int {
            switch host {
            case .any: 0
            case .below(let name): name.count
            case .exactly: .max
            }
        }
    }

    public enum Match: Sendable, Equatable {
        case room(Int)
        /// Of this host nothing is protected at this path.
        case free
        /// No room is for this host, and none is for every one.
        case strangeHost
        /// Two readings of the path lead to two rooms, or it cannot be read.
        case ambiguous
    }

    private let areas: [Area]

    public init(_ areas: [Area]) {
        self.areas = areas.enumerated().sorted { one, other in
            (other.element.weight, other.element.path.count, one.offset) < (
                one.element.weight, one.element.path.count, other.offset
            )
        }.map(\.element)
    }

    /// `host` as it was written, `path` without its query.
    public func match(host: Span<UInt8>, path: Span<UInt8>) -> Match {
        let host = HostName.name(host)
        guard areas.contains(where: { Self.holds($0.host, host) }) else { return .strangeHost }
        if PathReading.isPlain(path) { return area(host, path).map { .room($0) } ?? .free }
        // `*`, which is no path.
        if path.isEmpty { return area(host, ("/" as StaticString).bytes).map { .room($0) } ?? .free }
        guard let reading = PathReading(path) else { return .ambiguous }
        switch (area(host, reading.walked.span), area(host, reading.resolved.span)) {
        case (let one?, let other?): return one == other ? .room(one) : .ambiguous
        case (let one?, nil): return .room(one)
        case (nil, let other?): return .room(other)
        case (nil, nil): return .free
        }
    }

    private func area(_ host: Span<UInt8>, _ path: Span<UInt8>) -> Int? {
        for area in areas where Self.holds(area.host, host) && Self.begins(path, area.path.span) { return area.room }
        return nil
    }

    private static func holds(_ pattern: Area.Host, _ host: Span<UInt8>) -> Bool {
        switch pattern {
        case .any: return true
        case .exactly(let name): return host.count == name.count && ends(host, with: name.span)
        case .below(let name):
            return host.count > name.count + 1 && host[host.count - name.count - 1] == UInt8(ascii: ".")
                && ends(host, with: name.span)
        }
    }

    private static func ends(_ host: Span<UInt8>, with name: Span<UInt8>) -> Bool {
        let start = host.count - name.count
        for at in 0..<name.count where host[start + at].asciiLowercased != name[at] { return false }
        return true
    }

    /// Whole segments: `/tickets` is not the beginning of `/ticketshop`.
    static func begins(_ path: Span<UInt8>, _ prefix: Span<UInt8>) -> Bool {
        if prefix.count == 1 { return true }
        guard path.count >= prefix.count else { return false }
        for at in 0..<prefix.count where path[at].asciiLowercased != prefix[at] { return false }
        return path.count == prefix.count || path[prefix.count] == UInt8(ascii: "/")
    }
}

/// The name in an authority.
public enum HostName {
    /// Without port and without the dot that ends a full name.
    @_lifetime(copy host)
    public static func name(_ host: Span<UInt8>) -> Span<UInt8> {
        var end = host.count
        var at = end
        while at > 0, host[at - 1] &- 48 < 10 { at -= 1 }
        if at > 0, host[at - 1] == UInt8(ascii: ":") { end = at - 1 }
        if end > 1, host[end - 1] == UInt8(ascii: ".") { end -= 1 }
        return host.extracting(0..<end)
    }
}
