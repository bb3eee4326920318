/// A type as the server numbers it (`pg_type.oid`), with its name where this client knows it.
public struct PostgresType: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue }

    public static let bool = PostgresType(rawValue: 16)
    public static let bytea = PostgresType(rawValue: 17)
    public static let name = PostgresType(rawValue: 19)
    public static let int8 = PostgresType(rawValue: 20)
    public static let int2 = PostgresType(rawValue: 21)
    public static let int4 = PostgresType(rawValue: 23)
    public static let text = PostgresType(rawValue: 25)
    public static let json = PostgresType(rawValue: 114)
    public static let float8 = PostgresType(rawValue: 701)
    public static let bpchar = PostgresType(rawValue: 1042)
    public static let varchar = PostgresType(rawValue: 1043)
    public static let timestamptz = PostgresType(rawValue: 1184)
    public static let uuid = PostgresType(rawValue: 2950)
    public static let jsonb = PostgresType(rawValue: 3802)

    public static let boolArray = PostgresType(rawValue: 1000)
    public static let byteaArray = PostgresType(rawValue: 1001)
    public static let nameArray = PostgresType(rawValue: 1003)
    public static let int2Array = PostgresType(rawValue: 1005)
    public static let int4Array = PostgresType(rawValue: 1007)
    public static let textArray = PostgresType(rawValue: 1009)
    public static let bpcharArray = PostgresType(rawValue: 1014)
    public static let varcharArray = PostgresType(rawValue: 1015)
    public static let int8Array = PostgresType(rawValue: 1016)
    public static let float8Array = PostgresType(rawValue: 1022)
    public static let timestamptzArray = PostgresType(rawValue: 1185)
    public static let uuidArray = PostgresType(rawValue: 2951)
    public static let jsonArray = PostgresType(rawValue: 199)
    public static let jsonbArray = PostgresType(rawValue: 3807)
}

extension PostgresType: CustomStringConvertible {
    private static let names: [PostgresType: String] = [
        .bool: "bool", .bytea: "bytea", .name: "name", .int8: "int8", .int2: "int2", .int4: "int4", .text: "text",
        .json: "json", .float8: "float8", .bpchar: "bpchar", .varchar: "varchar", .timestamptz: "timestamptz",
        .uuid: "uuid", .jsonb: "jsonb", .boolArray: "bool[]", .byteaArray: "bytea[]", .nameArray: "name[]",
        .int2Array: "int2[]", .int4Array: "int4[]", .textArray: "text[]", .bpcharArray: "bpchar[]",
        .varcharArray: "varchar[]", .int8Array: "int8[]", .float8Array: "float8[]", .timestamptzArray: "timestamptz[]",
        .uuidArray: "uuid[]", .jsonArray: "json[]", .jsonbArray: "jsonb[]",
        // Not decoded, but named, since these are what a query gives by mistake.
        PostgresType(rawValue: 26): "oid", PostgresType(rawValue: 700): "float4", PostgresType(rawValue: 705): "unknown",
        PostgresType(rawValue: 1082): "date", PostgresType(rawValue: 1114): "timestamp without time zone",
        PostgresType(rawValue: 1186): "interval", PostgresType(rawValue: 1700): "numeric",
        PostgresType(rawValue: 2278): "void",
    ]

    public var description: String { Self.names[self] ?? "type \(rawValue)" }
}
