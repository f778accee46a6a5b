import SirdarCore
package import SirdarEngine

extension ImageActions {
    /// What the actions tell of themselves, without a cloud: enough to read and to rehearse definitions.
    package static let signatures = ImageActions(cloud: NoCloud(), projects: Projects([])).all.map(\.signature)
}

/// The cloud of a program that only reads definitions: it has nothing, and does nothing.
private struct NoCloud: Cloud {
    let name = "none"
    let capabilities = CloudCapabilities(
        imaging: (machineMustBeOff: .ours, progress: .none, crossRegion: false, digest: false, atomicTags: false),
        guest: (files: false, exec: false, probe: false, network: false)
    )
    var guestFiles: (any GuestFiles)? { nil }
    var inspection: (any DiskInspection)? { nil }

    private var refusal: CloudError { CloudError(.denied, "There is no cloud here.") }

    func locations(by deadline: Deadline) throws(CloudError) -> [LocationFacts] { throw refusal }
    func machine(_ machine: MachineRef, by deadline: Deadline) throws(CloudError) -> MachineFacts { throw refusal }

    func machines(in location: String, project: String?, by deadline: Deadline) throws(CloudError) -> [MachineFacts] {
        throw refusal
    }

    func startMachine(_ machine: MachineRef, key: String, by deadline: Deadline) throws(CloudError) { throw refusal }

    func stopMachine(_ machine: MachineRef, force: Bool, key: String, by deadline: Deadline) throws(CloudError) {
        throw refusal
    }

    func launch(_ spec: LaunchSpec, key: String, by deadline: Deadline) throws(CloudError) -> MachineRef {
        throw refusal
    }

    func terminate(_ machine: MachineRef, key: String, by deadline: Deadline) throws(CloudError) { throw refusal }

    func createImage(_ spec: ImageSpec, key: String, by deadline: Deadline) throws(CloudError) -> ImageRef {
        throw refusal
    }

    func copyImage(_ spec: CopySpec, key: String, by deadline: Deadline) throws(CloudError) -> ImageRef {
        throw refusal
    }

    func image(_ image: ImageRef, by deadline: Deadline) throws(CloudError) -> ImageFacts { throw refusal }
    func images(in location: String, by deadline: Deadline) throws(CloudError) -> [ImageFacts] { throw refusal }
    func images(_ images: [ImageRef], by deadline: Deadline) throws(CloudError) -> [ImageFacts] { throw refusal }

    func findByKey(_ key: String, in location: String, by deadline: Deadline) throws(CloudError) -> [KeyedResource] {
        throw refusal
    }

    func deregister(_ image: ImageRef, key: String, by deadline: Deadline) throws(CloudError) -> [DiskRef] {
        throw refusal
    }

    func deleteDisk(_ disk: DiskRef, key: String, by deadline: Deadline) throws(CloudError) { throw refusal }

    func references(to image: ImageRef, by deadline: Deadline) throws(CloudError) -> [ImageReference] {
        throw refusal
    }

    func estimateBytes(of machine: MachineRef, by deadline: Deadline) throws(CloudError) -> ByteEstimate {
        throw refusal
    }
}
