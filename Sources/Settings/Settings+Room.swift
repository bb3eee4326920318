import Address

extension Settings {
    /// What protects one part of a site: its own line, and its own limits.
    ///
    /// `[room]` holds the values of every room; `[rooms.NAME]` makes one and says where it differs.
    public struct Room: Sendable, Equatable {
        public var hosts: [HostPattern] = [.any]
        public var path = "/"
        public var rate = Rate.perSecond(100)
        /// `nil` with `rateMax`: the rate does not follow the origin's health.
        public var rateMin: Rate?
        public var rateMax: Rate?
        public var rateTargetLatency = Timespan.seconds(1)
        public var rateErrorsMaxPercent = 5
        /// `nil` is what comes in half a second, and two.
        public var burst: Int?
        /// `nil` is no ceiling.
        public var activeMax: Int? = 10_000
        public var waitingMax = 10_000_000
        public var state = State.auto
        public var method = Method.fifo
        public var prequeueAt: Moment?
        public var opensAt: Moment?
        public var closesAt: Moment?
        public var lanes = [Lane(name: "general", share: 1)]
        public var passLife = Timespan.seconds(120)
        public var sessionIdle = Timespan.minutes(10)
        public var sessionMax = Timespan.hours(2)
        public var claimWindow = Timespan.seconds(60)
        public var turnGrace = Timespan.minutes(5)
        public var abandonAfter = Timespan.seconds(120)
        public var bindsNetwork = false
        public var title = ""
        public var page = ""
        public var pageStatus = 200
        public var bypassPaths: [PathPattern] = []
        public var bypassMethods: [BypassMethod] = []
        public var bypassNetworks: [Network] = []
        public var bypassCrawlers: [Crawler] = []

        public init() {}

        public enum State: String, Sendable, CaseIterable { case auto, queue, paused, open, closed }
        public enum Method: String, Sendable, CaseIterable { case fifo, random }

        /// Whose name and network have to fit, both.
        public struct Crawler: Sendable, Equatable {
            public var agent: String
            public var networks: [Network]

            public init(agent: String, networks: [Network]) {
                self.agent = agent
                self.networks = networks
            }
        }

        public struct Lane: Sendable, Equatable {
            public var name: String
            public var share: Int

            public init(name: String, share: Int) {
                self.name = name
                self.share = share
            }
        }
    }

    /// A room and what it is called.
    public struct NamedRoom: Sendable, Equatable {
        public var name: String
        public var room: Room

        public init(name: String, room: Room) {
            self.name = name
            self.room = room
        }
    }

    /// What the only room is called when the file makes none.
    public static let roomNameDefault = "main"
    public static let roomsMax = 256
}

extension Settings.Room {
    static let section = Section(
        "room",
        "What protects a part of a site: its line and its limits. These are the values of every room; without any [rooms.NAME] "
            + "there is one, called \"main\", for everything. [rooms.NAME] makes a room and takes the same keys, those that "
            + "differ.",
        places + admission + adaptation + schedule + times + page + bypasses)

    private static let places: [Key] = [
        Key(
            "room", "hosts", \.room.hosts, .hostPatterns(),
            "Which hosts are the room's: \"shop.example\", \"*.shop.example\" for all below it, \"*\" for every one. The most "
                + "exact room wins. As soon as every room names its hosts, requests for others are refused (421): an origin "
                + "may take them for the site that it protects."),
        Key(
            "room", "path", \.room.path, .roomPath(),
            "Where in the site it begins: \"/tickets\" is that path and all below it, however a request spells it. The longest "
                + "one wins. What lies outside all rooms of a host is forwarded without waiting."),
    ]

    private static let admission: [Key] = [
        Key(
            "room", "rate", \.room.rate, .admissionRate(),
            "How many are let in, as in \"100/s\" or \"6000/m\": never more, over all nodes together, and no fewer while somebody "
                + "waits and max_active has room."),
        Key(
            "room", "burst", \.room.burst, Kind<Int>.integer(1...100_000).or("auto"),
            "How many of them may come at once after a quiet time. \"auto\" is what comes in half a second, and two. What comes in beyond "
                + "it between two ticks, which are 100ms apart, is lost, so that a burst too small for the rate is refused."),
        Key(
            "room", "max_active", \.room.activeMax, Kind<Int>.integer(0...100_000_000).or("off"),
            "How many may be inside at a time, from being let in until they are released, idle or too old. 10000 people who click "
                + "every ten seconds are a thousand requests a second."),
        Key(
            "room", "waiting_max", \.room.waitingMax, .integer(1...10_000_000),
            "How many may wait; who comes then is told that the line is full. Some 250 bytes of the store each."),
        Key(
            "room", "lanes", \.room.lanes, .lanes(),
            "Classes of visitors, each with its own line and its share of the rate while it has somebody waiting. Visitors are "
                + "in the last one unless something says otherwise."),
        Key(
            "room", "method", \.room.method, .choice(Settings.Room.Method.self),
            "\"fifo\": who came first goes first, and who came before the opening by lot. \"random\": by lot whenever one came."
        ),
    ]

    private static let adaptation: [Key] = [
        Key(
            "room", "rate_min", \.room.rateMin, Kind<Rate>.admissionRate().or("off"),
            "With rate_max: the rate follows the origin's health, between the two; it begins at rate, goes down within seconds when "
                + "answers come late or fail, and up again over minutes. This one is what the origin can bear on a bad day."),
        Key(
            "room", "rate_max", \.room.rateMax, Kind<Rate>.admissionRate().or("off"),
            "What it can bear on its best day. Beyond rate it goes only while somebody waits for it. \"off\": rate is the rate."
        ),
        Key(
            "room", "rate_target_latency", \.room.rateTargetLatency, .timespan(.milliseconds(1) ... .minutes(5)),
            "No more than a tenth of the answers to the room's visitors may take longer to begin, waiting for a connection "
                + "included. Well above what the origin needs when it is quiet: twice its slowest tenth."),
        Key(
            "room", "rate_errors_max", \.room.rateErrorsMaxPercent, .percent(1...100),
            "No more than this share of their requests may fail: by a status of 500 and above, or without an answer."),
    ]

    private static let schedule: [Key] = [
        Key(
            "room", "state", \.room.state, .choice(Settings.Room.State.self),
            "\"auto\": a line only when rate or max_active is reached. \"queue\": everybody queues. \"paused\": nobody is let in "
                + "and the line is kept. \"open\": nobody queues. \"closed\": a closing page, and who is inside may finish."),
        Key(
            "room", "prequeue_at", \.room.prequeueAt, Kind<Moment>.moment().or("none"),
            "From when on people may gather before opens_at. All who do are equal, and places are drawn when it opens."),
        Key("room", "opens_at", \.room.opensAt, Kind<Moment>.moment().or("none"), "From when on people are let in."),
        Key(
            "room", "closes_at", \.room.closesAt, Kind<Moment>.moment().or("none"), "From when on nobody is let in any more."
        ),
    ]

    private static let times: [Key] = [
        Key(
            "room", "pass_ttl", \.room.passLife, .timespan(.seconds(10) ... .hours(1)),
            "How long a pass is good for; it is renewed on the way while somebody is there. What a lost store or a revocation "
                + "cannot take back is over after that."),
        Key(
            "room", "session_idle", \.room.sessionIdle, .timespan(.seconds(10) ... .hours(24)),
            "Who asks for nothing for so long is no longer inside, and the place is free."),
        Key(
            "room", "session_max", \.room.sessionMax, .timespan(.seconds(10) ... .hours(24 * 7)),
            "After so long somebody has to queue again, however busy."),
        Key(
            "room", "claim_window", \.room.claimWindow, .timespan(.seconds(5) ... .hours(1)),
            "How long a turn is kept for who does not come; then the next one has it. Longer than the longest poll interval."
        ),
        Key(
            "room", "turn_grace", \.room.turnGrace, .timespan(.milliseconds(1) ... .hours(24)),
            "Who missed the turn by less than this comes to the front again. A train goes through a tunnel in that time."),
        Key(
            "room", "abandon_after", \.room.abandonAfter, .timespan(.seconds(10) ... .hours(1)),
            "Who waits and is not heard from for so long is dropped, so that nobody waits behind ghosts; the ticket keeps the "
                + "place for turn_grace beyond its turn."),
        Key(
            "room", "bind_network", \.room.bindsNetwork, .boolean(),
            "Whether a pass is good only in the network that it was given to (/24, IPv6 /48). Phones change theirs, so that it is "
                + "off."),
    ]

    private static let page: [Key] = [
        Key(
            "room", "title", \.room.title, .pageTitle(),
            "What the page is headed with, such as the name of the sale. Empty is the host."),
        Key(
            "room", "page", \.room.page, .path("a path", example: "page.html", mayBeEmpty: true),
            "A page of your own in place of the one that is in the program: HTML with variables such as {{place}}, see "
                + "docs/PAGE.md. It is judged when it is read, and read anew with this file."),
        Key(
            "room", "page_status", \.room.pageStatus, .pageStatus(),
            "The status of the page: 200, since proxies and phones treat errors in ways of their own; nothing stores it, and "
                + "crawlers are told not to."),
    ]

    private static let bypasses: [Key] = [
        Key(
            "room", "bypass_paths", \.room.bypassPaths, .pathPatterns(),
            "Paths that nobody waits for: \"/health\", or \"/static/*\" for all below. Only in this very spelling."),
        Key(
            "room", "bypass_methods", \.room.bypassMethods, .bypassMethods(),
            "Methods that nobody waits for. \"OPTIONS\" lets browsers ask whether they may ask."),
        Key(
            "room", "bypass_networks", \.room.bypassNetworks, .networks(),
            "Networks that need not wait: monitors, offices."),
        Key(
            "room", "bypass_crawlers", \.room.bypassCrawlers, .crawlers(),
            "Crawlers that need not wait: whoever has such a name in its User-Agent and comes from one of these networks, as in "
                + "[{ agent = \"Googlebot\", networks = [\"66.249.64.0/19\"] }]. From elsewhere the name is worth nothing. How to get the "
                + "networks that are published is in docs/RUNBOOK.md."),
    ]
}
