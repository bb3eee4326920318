/// The parameters of one statement in binary form, one after the other.
struct PostgresParameters: Sendable {
    /// What the protocol can count.
    static let countMax = 65_535

    private(set) var types: [PostgresType] = []
    private(set) var bytes: [UInt8] = []
    /// Where each begins, and how long it is; -1 for NULL.
    private(set) var extents: [(start: Int, length: Int)] = []

    init(_ values: [any PostgresValue]) {
        types.reserveCapacity(values.count)
        extents.reserveCapacity(values.count)
        for value in values {
            let start = bytes.count
            let isThere = value.write(to: &bytes)
            types.append(type(of: value).postgresType)
            extents.append((start, isThere ? bytes.count - start : -1))
        }
    }

    var count: Int { types.count }
}
