/// What must not be forgotten of a line, whatever else is: with it and the signed tickets, any store can be rebuilt.
public struct Watermarks: Hashable, Sendable {
    public var epoch: UInt64
    public var lineage: UInt64
    /// The last place given out.
    public var tail: Place
    public var lanes: [LaneMark]
    public var draw: Draw?
    public var controls: RoomControls

    public init(
        epoch: UInt64 = 0, lineage: UInt64 = 0, tail: Place = .none, lanes: [LaneMark] = [], draw: Draw? = nil,
        controls: RoomControls = RoomControls()
    ) {
        self.epoch = TimeBounds.epoch(epoch)
        self.lineage = lineage
        self.tail = tail
        self.lanes = lanes
        self.draw = draw
        self.controls = controls
    }
}

public struct LaneMark: Hashable, Sendable {
    public var name: String
    /// The last place admitted.
    public var head: Place
    /// What the head was `turn_grace` ago: who stands at or before it has lost its turn for good.
    public var floor: Place

    public init(name: String, head: Place = .none, floor: Place = .none) {
        self.name = name
        self.head = head
        self.floor = floor
    }
}
