/// First in, first out, each step in constant time on average.
struct Fifo<Element> {
    private var elements: [Element?] = []
    private var head = 0

    var count: Int { elements.count - head }
    var isEmpty: Bool { count == 0 }
    var first: Element? { isEmpty ? nil : elements[head] }

    mutating func append(_ element: Element) { elements.append(element) }

    mutating func prepend(_ element: Element) {
        if head > 0 {
            head -= 1
            elements[head] = element
        } else {
            elements.insert(element, at: 0)
        }
    }

    @discardableResult
    mutating func removeFirst() -> Element? {
        guard !isEmpty, let element = elements[head] else { return nil }
        elements[head] = nil
        head += 1
        if head > 64 && head * 2 > elements.count {
            elements.removeFirst(head)
            head = 0
        }
        return element
    }

    var all: [Element] { elements[head...].compactMap { $0 } }

    mutating func removeAll() -> [Element] {
        defer {
            elements = []
            head = 0
        }
        return all
    }

    /// Takes out those for which it is so; the others keep their order.
    mutating func remove(where isSo: (Element) -> Bool) -> [Element] {
        let (kept, taken) = all.reduce(into: ([Element](), [Element]())) { parts, element in
            if isSo(element) { parts.1.append(element) } else { parts.0.append(element) }
        }
        elements = kept
        head = 0
        return taken
    }
}
