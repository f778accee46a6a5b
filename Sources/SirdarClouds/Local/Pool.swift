import Foundation
import SirdarImages

/// A location of the local cloud: a folder with machines, images and scratch space.
///
/// A file marks it as a pool. Where the mark is missing the location is out of order: an unmounted disk must not look
/// like a location whose images were all lost.
struct Pool: Sendable {
    let id: String
    let label: String
    let folder: String

    var machines: String { folder + "/machines" }
    var images: String { folder + "/images" }
    var scratch: String { folder + "/scratch" }
    private var mark: String { folder + "/pool.json" }

    func disk(_ machine: String) -> String { "\(machines)/\(machine).raw" }
    func diskLock(_ machine: String) -> String { disk(machine) + ".lock" }
    func machineRecord(_ machine: String) -> String { "\(machines)/\(machine).json" }
    func image(_ image: String) -> String { "\(images)/\(image).qcow2" }
    func imageLock(_ image: String) -> String { self.image(image) + ".lock" }
    func imageRecord(_ image: String) -> String { "\(images)/\(image).json" }

    /// Makes the folders and, last, the mark.
    func make() throws(CloudError) {
        for path in [folder, machines, images, scratch] { try Durable.makeFolder(path) }
        if !Durable.exists(mark) { try Durable.write(Array("{\"version\": 1}\n".utf8), to: mark) }
    }

    var outage: String? {
        Durable.exists(mark)
            ? nil : "The pool of \(label) is not there: \(folder) is missing or its disk is not mounted."
    }

    func check() throws(CloudError) {
        if let outage { throw CloudError(.transient, outage) }
    }

    func freeBytes() -> Int64 {
        var facts = statvfs()
        guard statvfs(folder, &facts) == 0 else { return 0 }
        return Int64(facts.f_bavail) * Int64(facts.f_frsize)
    }
}
