/// Everything an operator can say, typed and checked; the defaults are the values that a file without keys gives.
///
/// One file per section holds its fields, their defaults and its rows of the table of keys. A new key is a field and a
/// row; reading, checking, flags, reload and the shipped `config.toml` follow from the row.
public struct Settings: Sendable, Equatable {
    public var server = Server()
    public var tls = TLS()
    public var upstream = Upstream()
    public var limits = Limits()
    public var room = Room()
    public var store = Store()
    public var tokens = Tokens()
    public var people = People()
    public var admin = Admin()
    public var log = Log()
    public var reload = Reload()

    /// Those that the file makes, in its order; `allRooms` is never empty.
    public var rooms: [NamedRoom] = []

    public init() {}

    /// The rooms of the file, or the one for everything.
    public var allRooms: [NamedRoom] { rooms.isEmpty ? [NamedRoom(name: Self.roomNameDefault, room: room)] : rooms }
}
