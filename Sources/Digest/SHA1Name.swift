import COpenSSL

/// A SHA-1 as 40 lower-case digits. It protects nothing any more and is not for that: Redis names scripts so.
public enum SHA1Name {
    public static func of(_ message: [UInt8]) -> String {
        var value = [UInt8](repeating: 0, count: 20)
        SHA1(message, message.count, &value)
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: value.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
