package import JSON
import SirdarCore

/// A document of the domain: an image, a request, a person, a session. The engine keeps it and does not know it.
package struct Record: Sendable, Hashable {
    package let kind: String
    package let key: String
    /// What lists are limited by: a project's code, a person's identifier; empty when nothing limits.
    package let scope: String
    /// Unique among the records of this kind and scope, where there is one.
    package let name: String?
    /// Grows by one with each change.
    package let version: Int64
    package let body: JSON

    package init(kind: String, key: String, scope: String, name: String?, version: Int64, body: JSON) {
        self.kind = kind
        self.key = key
        self.scope = scope
        self.name = name
        self.version = version
        self.body = body
    }
}

/// A record to be written with a decision.
package struct RecordChange: Sendable, Hashable {
    package let kind: String
    package let key: String
    package let scope: String
    package let name: String?
    /// `nil` removes the record.
    package let body: JSON?
    package let expecting: Expectation

    package enum Expectation: Sendable, Hashable {
        /// There is none yet.
        case absent
        /// It has this version.
        case version(Int64)
        /// Whatever is there is replaced.
        case any
    }

    package init(
        kind: String,
        key: String,
        scope: String = "",
        name: String? = nil,
        body: JSON?,
        expecting: Expectation
    ) {
        self.kind = kind
        self.key = key
        self.scope = scope
        self.name = name
        self.body = body
        self.expecting = expecting
    }
}

extension Record {
    /// The same record with another body, to be written only if nobody was first.
    package func changed(to body: JSON) -> RecordChange {
        RecordChange(kind: kind, key: key, scope: scope, name: name, body: body, expecting: .version(version))
    }

    /// As `changed(to:)`, under another unique name, or none.
    package func changed(to body: JSON, name: String?) -> RecordChange {
        RecordChange(kind: kind, key: key, scope: scope, name: name, body: body, expecting: .version(version))
    }

    package var removed: RecordChange {
        RecordChange(kind: kind, key: key, scope: scope, body: nil, expecting: .version(version))
    }
}

/// Reads the domain's documents; what was acknowledged is what is read.
package protocol RecordReader: Sendable {
    func record(_ kind: String, _ key: String) throws(StoreError) -> Record?
    /// By its unique name.
    func record(_ kind: String, scope: String, named name: String) throws(StoreError) -> Record?
    func records(_ query: RecordQuery) throws(StoreError) -> [Record]
}

/// A page of records, in the order of their keys.
package struct RecordQuery: Sendable, Hashable {
    package var kind: String
    /// `nil`: of every scope.
    package var scope: String?
    /// Only keys after this one; with `descending`, before it.
    package var after: String?
    package var descending: Bool
    package var limit: Int

    package static let limitMax = 1000

    package init(kind: String, scope: String? = nil, after: String? = nil, descending: Bool = false, limit: Int = 200) {
        self.kind = kind
        self.scope = scope
        self.after = after
        self.descending = descending
        self.limit = min(limit, Self.limitMax)
    }
}
