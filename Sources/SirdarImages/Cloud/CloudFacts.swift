/// A machine, as its cloud calls it. The id is opaque; only its cloud reads it.
package struct MachineRef: Hashable, Sendable, Codable {
    package let location: String
    package let id: String

    package init(location: String, id: String) {
        self.location = location
        self.id = id
    }
}

/// An image, as its cloud calls it. An image lives in exactly one location.
package struct ImageRef: Hashable, Sendable, Codable {
    package let location: String
    package let id: String

    package init(location: String, id: String) {
        self.location = location
        self.id = id
    }
}

/// A disk of a machine, or the stored copy of a disk that an image consists of.
package struct DiskRef: Hashable, Sendable, Codable {
    package let location: String
    package let id: String

    package init(location: String, id: String) {
        self.location = location
        self.id = id
    }
}

package struct LocationFacts: Hashable, Sendable {
    package let id: String
    package let label: String
    /// Why the location cannot be used now; nil when it can.
    package let outage: String?

    package init(id: String, label: String, outage: String? = nil) {
        self.id = id
        self.label = label
        self.outage = outage
    }
}

package struct DiskFacts: Hashable, Sendable {
    package let ref: DiskRef
    /// The size that a machine sees.
    package let sizeBytes: Int64
    /// The bytes that are really kept, and paid for, where the cloud can tell.
    package let storedBytes: Int64?

    package init(ref: DiskRef, sizeBytes: Int64, storedBytes: Int64?) {
        self.ref = ref
        self.sizeBytes = sizeBytes
        self.storedBytes = storedBytes
    }
}

/// What a machine is at this moment.
package enum MachineState: Hashable, Sendable {
    /// It is being made from an image; `progress` goes from 0 to 1 where the cloud tells.
    case pending(progress: Double?)
    case off, starting, on, stopping
    /// It could not be made.
    case failed(reason: String)
    /// It was terminated.
    case gone
}

package struct MachineFacts: Sendable, Hashable {
    package let ref: MachineRef
    package let name: String
    /// The code of the project that its tag names; nil for a machine that belongs to none.
    package let project: String?
    /// The class of purpose, e.g. `workstation` or `renderNode`.
    package let machineType: String
    package let os: String
    package let architecture: String
    package let state: MachineState
    /// When the power last changed, in UTC milliseconds since 1970.
    package let stateSince: Int64
    /// How often it was started. Equal before and after imaging means: it was off throughout.
    package let starts: Int
    package let address: String?
    package let disks: [DiskFacts]
    package let sourceImage: ImageRef?
    package let createdAt: Int64
    package let tags: [String: String]
    package let key: String?

    package init(
        identity: (ref: MachineRef, name: String, project: String?, address: String?),
        kind: (machineType: String, os: String, architecture: String),
        power: (state: MachineState, since: Int64, starts: Int),
        disks: [DiskFacts],
        origin: (sourceImage: ImageRef?, createdAt: Int64, tags: [String: String], key: String?)
    ) {
        (self.ref, self.name, self.project, self.address) = identity
        (self.machineType, self.os, self.architecture) = kind
        (self.state, self.stateSince, self.starts) = power
        self.disks = disks
        (self.sourceImage, self.createdAt, self.tags, self.key) = origin
    }
}

/// What an image is at this moment.
package enum ImageState: Hashable, Sendable {
    /// It is being made; `progress` goes from 0 to 1 where the cloud tells.
    case pending(progress: Double?)
    case available
    case failed(reason: String)
    /// It exists and cannot be used: somebody switched it off in the cloud.
    case disabled
    /// It was deregistered, here or by hand.
    case gone
}

/// What an image was made from.
package enum ImageSource: Hashable, Sendable {
    case machine(MachineRef)
    case image(ImageRef)
}

package struct ImageFacts: Sendable, Hashable {
    package let ref: ImageRef
    package let name: String
    package let state: ImageState
    package let source: ImageSource?
    package let machineType: String?
    package let disks: [DiskFacts]
    /// SHA-256 of the stored bytes, in lower-case hexadecimal, where the cloud has the capability `digest`.
    package let digest: String?
    package let createdAt: Int64
    /// When it became available; what it costs is counted from here.
    package let availableAt: Int64?
    package let tags: [String: String]
    package let key: String?

    package init(
        identity: (ref: ImageRef, name: String, machineType: String?),
        state: ImageState,
        source: ImageSource?,
        content: (disks: [DiskFacts], digest: String?),
        origin: (createdAt: Int64, availableAt: Int64?, tags: [String: String], key: String?)
    ) {
        (self.ref, self.name, self.machineType) = identity
        self.state = state
        self.source = source
        (self.disks, self.digest) = content
        (self.createdAt, self.availableAt, self.tags, self.key) = origin
    }
}

/// Something that a key has brought about.
package enum KeyedResource: Sendable, Hashable {
    case machine(MachineFacts)
    case image(ImageFacts)
}

/// Who still uses an image.
package enum ImageReference: Sendable, Hashable {
    /// A machine was made from it. It lives on when the image goes.
    case machine(MachineRef, name: String)
    /// An image is being copied from it, or was.
    case image(ImageRef, name: String, isPending: Bool)
}

/// How large an image of a machine would be.
package struct ByteEstimate: Sendable, Hashable {
    /// What was measured on the disk itself; nil when the cloud cannot.
    package let measured: Int64?
    /// It cannot become larger than this.
    package let upperBound: Int64
    /// How it was found, in words for the person who asks for the image.
    package let method: String

    package init(measured: Int64?, upperBound: Int64, method: String) {
        self.measured = measured
        self.upperBound = upperBound
        self.method = method
    }
}
