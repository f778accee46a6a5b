import CArgon2

/// Argon2id, by libargon2, with the parameters that OWASP names as the least: 19 MiB, two passes, one lane.
///
/// Deliberately slow and large, and so called only on the lanes of `Passwords`.
enum Argon2 {
    static let memoryKiB: UInt32 = 19 * 1024
    static let passes: UInt32 = 2
    static let lanes: UInt32 = 1
    private static let saltBytes = 16
    private static let hashBytes = 32

    /// The beginning of every hash that was made with today's parameters.
    static var currentPrefix: String { "$argon2id$v=19$m=\(memoryKiB),t=\(passes),p=\(lanes)$" }

    /// The PHC string of a new hash: `$argon2id$v=19$m=19456,t=2,p=1$salt$hash`.
    static func hash(_ password: String) throws(Failure) -> String {
        let salt = randomBytes(saltBytes)
        let password = Array(password.utf8)
        let length = argon2_encodedlen(passes, memoryKiB, lanes, UInt32(saltBytes), UInt32(hashBytes), Argon2_id)
        var encoded = [CChar](repeating: 0, count: length)
        let code = argon2id_hash_encoded(
            passes,
            memoryKiB,
            lanes,
            password,
            password.count,
            salt,
            salt.count,
            hashBytes,
            &encoded,
            encoded.count
        )
        guard code == ARGON2_OK.rawValue else { throw Failure(code: code) }
        let bytes = encoded.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Whether the password is the one that was hashed; compares in constant time.
    static func verify(_ password: String, against encoded: String) -> Bool {
        let password = Array(password.utf8)
        return argon2id_verify(encoded, password, password.count) == ARGON2_OK.rawValue
    }

    /// Whether a hash was made with other parameters than today's.
    static func isOutdated(_ encoded: String) -> Bool { !encoded.hasPrefix(currentPrefix) }

    struct Failure: Error, CustomStringConvertible {
        let code: Int32
        var description: String { String(cString: argon2_error_message(code)) }
    }

    private static func randomBytes(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: 0 ... .max, using: &generator) }
    }
}
