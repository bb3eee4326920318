/// `certificates = [{ certificate = "shop.pem", key = "shop.key.pem" }]`, or one `[[tls.certificates]]` each.
extension Kind {
    static func certificates() -> Kind<[Settings.TLS.Certificate]> {
        let example = "[{ certificate = \"shop.pem\", key = \"shop.key.pem\" }]"
        let noun = "a list of certificates and keys"
        return Kind<[Settings.TLS.Certificate]>(
            noun: noun, allowed: noun,
            beyond: ["\"shop.pem\"", "[{}]", "[{ certificate = \"shop.pem\" }]", "[{ certificate = 1, key = \"k\" }]"],
            read: { item, faults in
                guard case .list(let items) = item.value else {
                    faults.append(.not(item, noun, instead: example))
                    return nil
                }
                let before = faults.count
                let certificates = items.compactMap { certificate($0, &faults) }
                return faults.count == before ? certificates : nil
            },
            write: { certificates in
                let tables = certificates.map {
                    "{ certificate = \(TOMLText.quote($0.certificate)), key = \(TOMLText.quote($0.key)) }"
                }
                return "[" + tables.joined(separator: ", ") + "]"
            })
    }

    private static func certificate(_ item: Item, _ faults: inout [Fault]) -> Settings.TLS.Certificate? {
        guard case .table(let items, _) = item.value else {
            faults.append(
                .not(item, "a certificate and a key", instead: "{ certificate = \"shop.pem\", key = \"shop.key.pem\" }"))
            return nil
        }
        let known = ["certificate", "key"]
        var paths: [String: String] = [:]
        for field in items where known.contains(field.name) {
            let path = Kind<String>.path("a path", example: field.name == "key" ? "shop.key.pem" : "shop.pem")
            paths[field.name] = path.read(field, &faults) ?? ""
        }
        for field in items where !known.contains(field.name) {
            let saying = "\(TOMLText.name(field.name)) is not known in a certificate; certificate and key are"
            faults.append(Fault(field, saying, instead: nil))
        }
        for name in known where paths[name] == nil {
            let example = name == "key" ? "shop.key.pem" : "shop.pem"
            faults.append(Fault(item, "\(name) is missing", instead: "\(name) = \"\(example)\""))
        }
        guard let certificate = paths["certificate"], let key = paths["key"] else { return nil }
        return Settings.TLS.Certificate(certificate: certificate, key: key)
    }
}
