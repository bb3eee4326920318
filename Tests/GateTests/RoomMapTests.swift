import Testing

@testable import Gate

struct RoomMapTests {
    private func area(_ host: String, _ path: String, _ room: Int) -> RoomMap.Area {
        let name = Array(host.utf8)
        let pattern: RoomMap.Area.Host =
            host == "*" ? .any : host.hasPrefix("*.") ? .below(Array(name.dropFirst(2))) : .exactly(name)
        return RoomMap.Area(host: pattern, path: Array(path.utf8), room: room)
    }

    private func match(_ map: RoomMap, _ host: String, _ path: String) -> RoomMap.Match {
        map.match(host: Array(host.utf8).span, path: Array(path.utf8).span)
    }

    @Test func theMostExactHostAndTheLongestPathWin() {
        let map = RoomMap([
            area("*", "/", 0), area("*.example.org", "/", 1), area("*.shop.example.org", "/", 2),
            area("shop.example.org", "/", 3), area("shop.example.org", "/tickets", 4),
            area("shop.example.org", "/tickets/vip", 5),
            area("*", "/sale", 6),
        ])
        #expect(match(map, "other.net", "/x") == .room(0))
        #expect(match(map, "www.example.org", "/x") == .room(1))
        #expect(match(map, "example.org", "/x") == .room(0))
        #expect(match(map, "a.shop.example.org", "/tickets") == .room(2))
        #expect(match(map, "shop.example.org", "/ticketshop") == .room(3))
        #expect(match(map, "shop.example.org", "/tickets") == .room(4))
        #expect(match(map, "shop.example.org", "/tickets/vip/1") == .room(5))
        #expect(match(map, "shop.example.org", "/sale") == .room(3))
        #expect(match(map, "other.net", "/sale/1") == .room(6))
    }

    @Test(arguments: [
        "shop.example.org", "SHOP.Example.ORG", "shop.example.org:443", "shop.example.org.", "shop.example.org.:8080",
        "shop.example.org:",
    ])
    func everySpellingOfAHostIsTheHost(_ host: String) {
        #expect(match(RoomMap([area("shop.example.org", "/", 1)]), host, "/") == .room(1))
    }

    @Test(arguments: [
        "", "other.org", "shop.example.org.evil.net", "xshop.example.org", "127.0.0.1", "[::1]:80", "example.org",
    ])
    func aHostOfNoRoomIsStrange(_ host: String) {
        #expect(match(RoomMap([area("shop.example.org", "/", 1)]), host, "/") == .strangeHost)
    }

    @Test func whatNoRoomCoversIsFree() {
        let map = RoomMap([area("*", "/tickets", 1)])
        #expect(match(map, "a", "/") == .free && match(map, "a", "/ticket") == .free)
        #expect(match(map, "a", "/x/../y") == .free)
        // The asterisk of OPTIONS is no path of a room, but of a site whose front page is one.
        #expect(match(map, "a", "") == .free && match(RoomMap([area("*", "/", 1)]), "a", "") == .room(1))
    }

    @Test func twoReadingsThatDisagreeAreRefused() {
        let map = RoomMap([area("*", "/a", 1), area("*", "/b", 2)])
        #expect(match(map, "h", "/a/../b") == .ambiguous)
        #expect(match(map, "h", "/a/../a") == .room(1))
        // Outside of a room by one reading and inside by the other is inside.
        #expect(match(map, "h", "/a/../c") == .room(1))
        #expect(match(map, "h", "/c/../a") == .room(1))
        #expect(match(map, "h", "/c%00") == .ambiguous)
    }
}
