/// What a cloud can do besides the operations of ``Cloud``. Workflows and runbooks ask for these by name.
package struct CloudCapabilities: Sendable, Hashable {
    package enum PowerRule: String, Sendable { case enforced, ours }
    package enum Progress: String, Sendable { case percent, none }

    /// `enforced`: the cloud itself refuses to image a machine that is on. `ours`: only the engine's check stops it.
    package let machineMustBeOff: PowerRule
    package let progress: Progress
    /// An image can be copied to another location by the cloud itself.
    package let crossRegion: Bool
    /// Files of a machine can be read and written: `Cloud.guestFiles` is there.
    package let guestFiles: Bool
    /// Programs can be run on a machine.
    package let guestExec: Bool
    /// A connection can be tried from a machine.
    package let probe: Bool
    /// A machine has a network at all.
    package let network: Bool
    /// An image carries a digest of its bytes.
    package let digest: Bool
    /// Tags are on a resource from its first moment on, not added afterwards.
    package let atomicTags: Bool

    package init(
        imaging: (machineMustBeOff: PowerRule, progress: Progress, crossRegion: Bool, digest: Bool, atomicTags: Bool),
        guest: (files: Bool, exec: Bool, probe: Bool, network: Bool)
    ) {
        (machineMustBeOff, progress, crossRegion, digest, atomicTags) = imaging
        (guestFiles, guestExec, probe, network) = guest
    }

    /// The names that a runbook's `requires` may hold and that this cloud fulfils.
    package var names: Set<String> {
        let all = [
            ("crossRegion", crossRegion), ("guestFiles", guestFiles), ("guestExec", guestExec), ("probe", probe),
            ("network", network), ("digest", digest), ("atomicTags", atomicTags),
        ]
        return Set(all.filter(\.1).map(\.0))
    }
}

/// A machine to be made from an image.
package struct LaunchSpec: Sendable, Hashable {
    package let image: ImageRef
    package let name: String
    package let project: String?
    package let machineType: String
    package let address: String?
    package let tags: [String: String]

    package init(
        image: ImageRef,
        name: String,
        project: String?,
        machineType: String,
        address: String? = nil,
        tags: [String: String] = [:]
    ) {
        self.image = image
        self.name = name
        self.project = project
        self.machineType = machineType
        self.address = address
        self.tags = tags
    }
}

/// An image to be made from a machine.
package struct ImageSpec: Sendable, Hashable {
    package let machine: MachineRef
    package let name: String
    package let tags: [String: String]

    package init(machine: MachineRef, name: String, tags: [String: String] = [:]) {
        self.machine = machine
        self.name = name
        self.tags = tags
    }
}

/// An image to be copied into another location.
package struct CopySpec: Sendable, Hashable {
    package let image: ImageRef
    package let location: String
    package let name: String
    package let tags: [String: String]

    package init(image: ImageRef, to location: String, name: String, tags: [String: String] = [:]) {
        self.image = image
        self.location = location
        self.name = name
        self.tags = tags
    }
}

/// The seam to whatever keeps machines and images.
///
/// A provider reports facts and the engine decides. The rules that every provider keeps:
///
/// 1. A call that changes something takes a key, at most 128 printable ASCII characters, and may be repeated with it
///    any number of times, by anybody, after any crash: the effect happens once and the answer is the same. The same
///    key with another content is a conflict.
/// 2. Long work is started and then polled: `launch`, `createImage` and `copyImage` answer at once.
/// 3. Every call has a deadline. When it passes, a read fails as `transient` and a change as `unknown`, unless the
///    provider knows what became of it.
/// 4. Calls block their thread. They are made on threads that the engine owns, never on one of Swift's concurrency.
/// 5. Times are UTC milliseconds since 1970.
package protocol Cloud: Sendable {
    /// The provider's name in settings, journals and on pages.
    var name: String { get }
    var capabilities: CloudCapabilities { get }

    /// Reads and writes files of machines; nil where the cloud has no way to.
    var guestFiles: (any GuestFiles)? { get }
    /// Looks into the disks of machines and images; nil where the cloud has no way to.
    var inspection: (any DiskInspection)? { get }

    /// All locations, those that are out of order included.
    func locations(by deadline: Deadline) throws(CloudError) -> [LocationFacts]

    /// What a machine is now. One that was terminated is reported as gone for a while, and fails as `gone` afterwards.
    func machine(_ machine: MachineRef, by deadline: Deadline) throws(CloudError) -> MachineFacts

    /// The machines of a location, by name, without those that are gone; of one project, or of all when nil.
    func machines(in location: String, project: String?, by deadline: Deadline) throws(CloudError) -> [MachineFacts]

    /// Turns a machine on. Starting one that is on changes nothing.
    func startMachine(_ machine: MachineRef, key: String, by deadline: Deadline) throws(CloudError)

    /// Turns a machine off. Stopping one that is off changes nothing. `force` is pulling the plug.
    func stopMachine(_ machine: MachineRef, force: Bool, key: String, by deadline: Deadline) throws(CloudError)

    /// Begins to make a machine from an image of its location. Poll ``machine(_:by:)`` while it is pending.
    func launch(_ spec: LaunchSpec, key: String, by deadline: Deadline) throws(CloudError) -> MachineRef

    /// Destroys a machine and its disks, also one that is half made. Terminating one that is gone changes nothing.
    func terminate(_ machine: MachineRef, key: String, by deadline: Deadline) throws(CloudError)

    /// Begins to make an image of a machine that is off. Poll ``image(_:by:)`` while it is pending.
    func createImage(_ spec: ImageSpec, key: String, by deadline: Deadline) throws(CloudError) -> ImageRef

    /// Begins to copy an image into another location. Poll ``image(_:by:)`` while it is pending.
    func copyImage(_ spec: CopySpec, key: String, by deadline: Deadline) throws(CloudError) -> ImageRef

    /// What an image is now. One that never existed fails as `gone`; one that was deregistered is reported as gone
    /// for a while, and fails as `gone` afterwards.
    func image(_ image: ImageRef, by deadline: Deadline) throws(CloudError) -> ImageFacts

    /// The images of a location, by name, without those that are gone.
    func images(in location: String, by deadline: Deadline) throws(CloudError) -> [ImageFacts]

    /// Many images in as few calls as the cloud allows. Those that never existed are left out.
    func images(_ images: [ImageRef], by deadline: Deadline) throws(CloudError) -> [ImageFacts]

    /// What was made with this key: what to ask after a crash or a lost answer.
    func findByKey(_ key: String, in location: String, by deadline: Deadline) throws(CloudError) -> [KeyedResource]

    /// Takes an image out of use, for good, and answers the stored disks that are to be deleted next. Keep the answer:
    /// after this call some clouds no longer know which disks were the image's.
    func deregister(_ image: ImageRef, key: String, by deadline: Deadline) throws(CloudError) -> [DiskRef]

    /// Deletes a stored disk of a deregistered image. Deleting one that is gone changes nothing.
    func deleteDisk(_ disk: DiskRef, key: String, by deadline: Deadline) throws(CloudError)

    /// Who uses an image, as far as the cloud knows.
    func references(to image: ImageRef, by deadline: Deadline) throws(CloudError) -> [ImageReference]

    /// How large an image of this machine would be, for the estimate of its cost.
    func estimateBytes(of machine: MachineRef, by deadline: Deadline) throws(CloudError) -> ByteEstimate
}
