/// First in, first out, in one piece of memory.
struct CallQueue<Element> {
    private var slots: [Element?] = []
    private var head = 0

    var count: Int { slots.count - head }
    var isEmpty: Bool { slots.count == head }
    var first: Element? { isEmpty ? nil : slots[head] }

    mutating func append(_ element: Element) { slots.append(element) }

    mutating func popFirst() -> Element? {
        guard !isEmpty else { return nil }
        let element = slots[head].take()
        head += 1
        if head == slots.count {
            slots.removeAll(keepingCapacity: head <= 4096)
            head = 0
        } else if head > 1024 && head * 2 > slots.count {
            slots.removeFirst(head)
            head = 0
        }
        return element
    }

    mutating func takeAll() -> [Element] {
        let all = slots[head...].compactMap { $0 }
        slots.removeAll()
        head = 0
        return all
    }

    mutating func changeFirst(_ body: (inout Element) -> Void) {
        guard !isEmpty, var element = slots[head].take() else { return }
        body(&element)
        slots[head] = element
    }

    func forEach(_ body: (Element) -> Void) {
        for at in head..<slots.count {
            if let element = slots[at] { body(element) }
        }
    }

    /// Calls `body` with each, which may change it.
    mutating func changeEach(_ body: (inout Element) -> Void) {
        for at in head..<slots.count {
            guard var element = slots[at].take() else { continue }
            body(&element)
            slots[at] = element
        }
    }

    /// Takes out those for which `isOut` says so, in order.
    mutating func removeAll(where isOut: (Element) -> Bool) -> [Element] {
        var removed: [Element] = []
        var kept: [Element?] = []
        for element in takeAll() {
            if isOut(element) { removed.append(element) } else { kept.append(element) }
        }
        slots = kept
        return removed
    }
}
