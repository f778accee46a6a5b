/// Why a cloud refused or failed a call: a kind that the engine decides by, and a sentence that a person can act on.
///
/// The set of kinds is closed. A provider translates whatever its cloud says into one of them; what the cloud said,
/// word for word, goes into `detail` and is never the only thing shown.
package struct CloudError: Error, Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        /// Too many calls: wait, at least `after` where the cloud says so, and keep the place in the line.
        case throttled(after: Duration?)
        /// It may work when tried again a little later: a connection broke, a tool was interrupted.
        case transient
        /// The cloud does not show yet what it was told to make: ask again, for minutes at most.
        case eventual
        /// The world is not as the call assumed. The facts say how it is: read them again, then decide.
        case conflict(facts: [String: String])
        /// Something else has this name already; `id` names it when the cloud does.
        case duplicate(id: String?)
        /// No room or no allowance. It stays so until somebody frees or raises something.
        case quota
        /// The credentials do not allow it. The whole provider deserves an alarm.
        case denied
        /// The call can never succeed as it was put.
        case invalid
        /// What the call is about does not exist, or no longer.
        case gone
        /// The call may or may not have been carried out: look up by its key before anything else.
        case unknown
    }

    package let kind: Kind
    /// One or two sentences for a support engineer: what is the matter, and what to do.
    package let sentence: String
    /// What the cloud or the tool itself said, for the log and for who wants to know more.
    package let detail: String?

    package init(_ kind: Kind, _ sentence: String, detail: String? = nil) {
        self.kind = kind
        self.sentence = sentence
        self.detail = detail
    }

    /// Whether the same call, unchanged, can succeed later without anybody doing anything.
    package var mayPassByItself: Bool {
        switch kind {
        case .throttled, .transient, .eventual, .unknown: true
        case .conflict, .duplicate, .quota, .denied, .invalid, .gone: false
        }
    }

    /// The kind as one stable word, for journals, metrics and workflow files.
    package var code: String {
        switch kind {
        case .throttled: "throttled"
        case .transient: "transient"
        case .eventual: "eventual"
        case .conflict: "conflict"
        case .duplicate: "duplicate"
        case .quota: "quota"
        case .denied: "denied"
        case .invalid: "invalid"
        case .gone: "gone"
        case .unknown: "unknown"
        }
    }
}

extension CloudError: CustomStringConvertible {
    package var description: String {
        detail.map { "\(code): \(sentence) [\($0)]" } ?? "\(code): \(sentence)"
    }
}
