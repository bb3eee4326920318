import Admission
import Redis

/// The scripts, one for each operation, put together from the files in `Scripts`.
enum RoomScripts {
    static let enter = script(line, PackageResources.bucket_lua, batch, PackageResources.enter_lua, mayNeedMemory: true)
    static let beat = script(line, PackageResources.tickets_lua, PackageResources.beat_lua)
    static let admit = script(line, PackageResources.bucket_lua, PackageResources.begin_lua, PackageResources.admit_lua)
    static let claim = script(line, batch, PackageResources.claim_lua)
    static let renew = script(line, ending, PackageResources.renew_lua)
    static let release = script(line, ending, PackageResources.release_lua)
    static let leave = script(line, ending, PackageResources.leave_lua)
    static let revoke = script(line, ending, PackageResources.revoke_lua)
    static let control = script(line, PackageResources.control_lua)
    static let adapt = script(line, PackageResources.adapt_lua)
    static let restore = script(
        line, PackageResources.bucket_lua, PackageResources.begin_lua, PackageResources.tickets_lua,
        PackageResources.ending_lua, PackageResources.restore_lua, mayNeedMemory: true)
    static let read = script(line, PackageResources.read_lua)

    private static let line = Array(constants.utf8) + PackageResources.line_lua
    private static let batch = PackageResources.tickets_lua + PackageResources.batch_lua
    private static let ending = PackageResources.bucket_lua + batch + PackageResources.ending_lua

    /// Those that take nobody in may run when `maxmemory` is reached, so that a full Redis can still be emptied. The others are
    /// refused then before they have done anything.
    private static func script(_ parts: [UInt8]..., mayNeedMemory: Bool = false) -> RedisScript {
        let flags = mayNeedMemory ? "#!lua\n" : "#!lua flags=allow-oom\n"
        return RedisScript(flags + String(decoding: parts.joined(), as: UTF8.self))
    }

    /// The model's own.
    private static let constants = """
        local headerPattern = '^\(Array(repeating: "(%S+)", count: RoomHeader.fieldCount).joined(separator: " "))$'
        local schema = \(RoomKeys.schema)
        local epochMax, burstMax, stride = \(Place.epochMax), \(RoomRules.burstMax), \(LaneShares.stride)
        local dropsPerTickMax, revokedMax, historyMax = \(Line.dropsPerTickMax), \(Line.revokedMax), \(Line.historyMax)
        local endedMax, endedPerTickMax = \(Line.endedMax), \(Line.endedPerTickMax)
        local tickLateMax = \(RoomRules.tickLateMax)
        local nodeWindow, nodesMax, restoringMax = \(Line.nodeWindow), \(Line.nodesMax), \(Line.restoringMax)
        local nearMax, marksMax, marksEvery = \(RoomSnapshot.nearMax), \(RoomSnapshot.marksMax), \(RoomSnapshot.marksEvery)
        local itemsMax = \(StoreCall.itemsMax)

        """
}
