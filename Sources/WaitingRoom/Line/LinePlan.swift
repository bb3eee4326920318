import Admission
import Postgres
import Redis
import Settings

/// What the lines need that is not in the settings themselves: keys, and where the stores are. Made off the loops.
struct LinePlan: Sendable, Equatable {
    var keys: [TokenKey]
    var keysFile: String
    /// Made just now, which is worth saying.
    var hasMadeKeys = false
    var redis: String?
    var postgres: PostgresSettings?

    static func == (one: LinePlan, other: LinePlan) -> Bool {
        one.keysFile == other.keysFile && one.redis == other.redis && one.postgres == other.postgres
    }

    /// `makesKeys`: a `check` makes nothing.
    static func prepare(_ settings: Settings, makesKeys: Bool) throws(SettingsProblems) -> LinePlan {
        let own = settings.tokens.keysFile.isEmpty
        let path = own ? settings.server.stateDirectory + "/keys" : settings.tokens.keysFile
        var plan = LinePlan(keys: [], keysFile: path)
        if own && makesKeys { plan.hasMadeKeys = try KeysFile.make(path) }
        if !own || makesKeys { plan.keys = try KeysFile.read(path) }
        let store = settings.store
        if store.place == .redis {
            do throws(RedisAddressFault) {
                _ = try RedisAddress(store.redis.text)
            } catch {
                throw wrong("redis", "\(error)")
            }
            plan.redis = store.redis.text
        }
        if store.place != .memory, !store.postgres.isEmpty {
            do throws(PostgresSettingsFault) {
                plan.postgres = try PostgresSettings(url: store.postgres.text)
            } catch {
                throw wrong("postgres", error.description)
            }
        }
        return plan
    }

    private static func wrong(_ key: String, _ saying: String) -> SettingsProblems {
        SettingsProblems([SettingsProblem(place: .file("store"), section: "store", key: key, saying: saying)])
    }
}
