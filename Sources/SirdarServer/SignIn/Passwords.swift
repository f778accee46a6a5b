import SirdarEngine

/// Hashes and checks passwords, two at a time at most: a hundred people who sign in at once must not delay a claim.
package struct Passwords: Sendable {
    private let lanes = Blocking(name: "passwords", lanes: 2, queueMax: 64)

    package static let lengthMin = 8
    package static let lengthMax = 128

    package init() {}

    /// - Throws: `Trouble` when the password may not be one.
    package func hash(_ password: String) async throws -> String {
        if let fault = Self.fault(password) { throw Trouble.invalid("/password", fault) }
        return try await lanes.run { try Argon2.hash(password) }
    }

    /// The same for a program that has no concurrency to spare: `sirdar init`.
    package static func hash(_ password: String) throws -> String {
        if let fault = fault(password) { throw Trouble.invalid("/password", fault) }
        return try Argon2.hash(password)
    }

    /// Whether the password is right; and its new hash when the old one is of yesterday's strength.
    ///
    /// Without a hash (no such person, or one without a password) the same work is done, so that the time tells
    /// nothing.
    func check(_ password: String, against encoded: String?) async throws -> (isRight: Bool, rehashed: String?) {
        try await lanes.run {
            guard password.utf8.count <= Self.lengthMax, let encoded else {
                _ = Argon2.verify(String(password.prefix(Self.lengthMax)), against: Self.nobodys)
                return (false, nil)
            }
            guard Argon2.verify(password, against: encoded) else { return (false, nil) }
            return (true, Argon2.isOutdated(encoded) ? try Argon2.hash(password) : nil)
        }
    }

    /// What is wrong with a password; `nil` when nothing is. Length is all that is asked for, and not to be a common
    /// one.
    package static func fault(_ password: String) -> String? {
        guard password.count >= lengthMin else {
            return "A password has at least \(lengthMin) characters; 15 are better."
        }
        guard password.utf8.count <= lengthMax else { return "A password has at most \(lengthMax) bytes." }
        guard !CommonPasswords.contains(password) else {
            return "This password is one of the first that would be tried."
        }
        return nil
    }

    /// The hash of a password that nobody has, with today's parameters.
    private static let nobodys =
        Argon2.currentPrefix + "c2lyZGFyLW5vYm9keS0wMA$1pLqm3l1sYyAqHqk1nEVv3h5oTq2yJcM0b6gXr9fZ8I"
}
