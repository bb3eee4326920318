/// What is counted while a crowd is out.
public struct Tally: Sendable {
    public static let grievanceKindsMax = 100

    public var requests: UInt64 = 0
    public var answers = Histogram()
    /// Since the last line of progress.
    public var answersLately = Histogram()
    public var endings = [Int](repeating: 0, count: Ending.allCases.count)
    public private(set) var grievances: [String: UInt64] = [:]
    public private(set) var grievanceCount: UInt64 = 0
    /// By so many at most a place moved backwards.
    public private(set) var placeGrewMost: UInt32 = 0
    /// Requests sent again because a kept connection had been closed meanwhile: nothing that a visitor notices.
    public var repeated: UInt64 = 0
    public var connectionsOpened: UInt64 = 0

    public init() {}

    public mutating func add(_ grievance: Grievance) {
        grievanceCount += 1
        if case .placeGrew(let by) = grievance { placeGrewMost = max(placeGrewMost, by) }
        let name = grievance.name
        guard grievances[name] != nil || grievances.count < Self.grievanceKindsMax else { return }
        grievances[name, default: 0] += 1
    }

    public subscript(ending: Ending) -> Int {
        get { endings[Int(ending.rawValue)] }
        set { endings[Int(ending.rawValue)] = newValue }
    }
}
