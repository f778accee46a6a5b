import Crypto
package import JSON
package import SirdarCore

/// What goes into the journal: who did what to which object, when and how, with the values before and after.
///
/// Each state change and each refusal is one entry, written in the same transaction as the state. An entry has two
/// parts. The `public` part holds identifiers and values on which decisions rest; it is what the tree over the
/// journal covers, and it is never erased. The `confidential` part holds names and free text; the public part holds
/// only a commitment to it, so that it can be erased with its nonce while the tree still verifies.
package struct Entry: Sendable, Hashable {
    package var at: Timestamp
    package var actor: Actor
    package var channel: Channel
    /// A dotted name in the past tense: `step.succeeded`, `task.claimed`, `request.created`.
    package var action: String
    package var object: Object
    /// The fencing number under which it was done, where there is one.
    package var fence: Int64?
    /// Why it was refused; `nil` for what was done.
    package var refusal: String?
    /// What happened, and the values before and after.
    package var detail: JSON
    /// Names and free text, which can be erased.
    package var confidential: JSON.Object
    /// What ties the entry to the request over HTTP that caused it.
    package var requestID: String?

    package init(
        at: Timestamp,
        actor: Actor,
        channel: Channel,
        action: String,
        object: Object,
        fence: Int64? = nil,
        refusal: String? = nil,
        detail: JSON = .null,
        confidential: JSON.Object = [:],
        requestID: String? = nil
    ) {
        self.at = at
        self.actor = actor
        self.channel = channel
        self.action = action
        self.object = object
        self.fence = fence
        self.refusal = refusal
        self.detail = detail
        self.confidential = confidential
        self.requestID = requestID
    }
}

extension Entry {
    package struct Actor: Sendable, Hashable {
        /// A person's identifier, or a name of the system's own: `worker`, `timer`, `demo`.
        package let id: String
        package let kind: Kind
        package let onBehalfOf: String?
        package let session: String?

        package enum Kind: String, Sendable, Hashable, CaseIterable { case person, service, system }

        package init(id: String, kind: Kind, onBehalfOf: String? = nil, session: String? = nil) {
            self.id = id
            self.kind = kind
            self.onBehalfOf = onBehalfOf
            self.session = session
        }

        package static func system(_ name: String) -> Actor { Actor(id: name, kind: .system) }
    }

    package enum Channel: String, Sendable, Hashable, CaseIterable { case page, api, cli, worker, timer, event, setup }

    /// What it happened to. The identifier is the one whose timeline shows the entry.
    package struct Object: Sendable, Hashable {
        package let kind: String
        package let id: Identifier
        /// The part of it that is meant: a task of an instance, the key of a record.
        package let part: String?

        package init(kind: String, id: Identifier, part: String? = nil) {
            self.kind = kind
            self.id = id
            self.part = part
        }
    }
}

/// An entry in its final form: the bytes that the tree covers, and what can be erased beside them.
package struct SealedEntry: Sendable, Hashable {
    package let object: Identifier
    package let at: Timestamp
    /// The public part as canonical JSON (RFC 8785).
    package let canonical: [UInt8]
    /// The confidential part as canonical JSON; `nil` when there is none.
    package let confidential: [UInt8]?
    /// 16 random bytes, as long as the confidential part is kept.
    package let nonce: [UInt8]?

    package init(object: Identifier, at: Timestamp, canonical: [UInt8], confidential: [UInt8]?, nonce: [UInt8]?) {
        self.object = object
        self.at = at
        self.canonical = canonical
        self.confidential = confidential
        self.nonce = nonce
    }
}

extension Entry {
    /// Puts the entry in its final form. `nonce` is 16 random bytes, used only where something is confidential.
    package func sealed(nonce: [UInt8]) -> SealedEntry {
        // In the canonical order, so that nothing is left to sort.
        var publicPart: JSON.Object = [
            "action": .string(action), "actor": actor.json, "at": .string(at.description),
            "channel": .string(channel.rawValue),
        ]
        var hidden: [UInt8]?
        if !confidential.isEmpty {
            let bytes = JSON.object(confidential).canonical
            publicPart["commitment"] = .string(Commitment.of(bytes, nonce: nonce))
            hidden = bytes
        }
        if !detail.isNull { publicPart["detail"] = detail }
        if let fence { publicPart["fence"] = .number(JSON.Number(Int(fence))) }
        publicPart["object"] = object.json
        if let refusal { publicPart["refusal"] = .string(refusal) }
        if let requestID { publicPart["requestId"] = .string(requestID) }
        return SealedEntry(
            object: object.id,
            at: at,
            canonical: JSON.object(publicPart).canonical,
            confidential: hidden,
            nonce: hidden == nil ? nil : nonce
        )
    }
}

/// `SHA-256(nonce ‖ body)`: says nothing of the body without the nonce, and admits only one body with it.
package enum Commitment {
    package static func of(_ body: [UInt8], nonce: [UInt8]) -> String {
        var hash = SHA256()
        hash.update(data: nonce)
        hash.update(data: body)
        return hash.finalize().hexadecimal
    }
}

extension Sequence<UInt8> {
    /// Two lower-case digits a byte.
    package var hexadecimal: String {
        var text: [UInt8] = []
        text.reserveCapacity(2 * underestimatedCount)
        for byte in self {
            text.append(Self.digit(byte >> 4))
            text.append(Self.digit(byte & 15))
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}

extension Entry.Actor {
    var json: JSON {
        var object: JSON.Object = ["id": .string(id), "kind": .string(kind.rawValue)]
        object["onBehalfOf"] = onBehalfOf.map(JSON.string)
        object["session"] = session.map(JSON.string)
        return .object(object)
    }
}

extension Entry.Object {
    var json: JSON {
        var object: JSON.Object = ["id": .string(id.description), "kind": .string(kind)]
        object["part"] = part.map(JSON.string)
        return .object(object)
    }
}
