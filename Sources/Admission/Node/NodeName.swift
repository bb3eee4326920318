/// What a node is called in a store: the process, and behind a slash which of its desks, but for the first.
public enum NodeName {
    public static func desk(_ number: Int, of process: String) -> String { number == 0 ? process : "\(process)/\(number)" }

    public static func process(of node: String) -> String { String(node.prefix { $0 != "/" }) }

    public static func processes(of nodes: [String]) -> Set<String> { Set(nodes.map(process)) }
}
