import Glibc
package import SirdarImages

/// The programs that the local cloud is made of, found once, in known folders.
package struct Toolbox: Sendable {
    /// Where Debian and others keep them; `/sbin` is often not in a user's `PATH`.
    package static let folders = ["/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/local/sbin", "/usr/local/bin"]

    let qemuImg: String
    let debugfs: String
    let e2image: String
    let e2fsck: String
    let mkfs: String

    /// Finds the tools, or says which are missing and which packages have them.
    package init(folders: [String] = Toolbox.folders) throws(CloudError) {
        var missing: [String] = []
        func find(_ name: String, _ package: String) -> String {
            for folder in folders where access("\(folder)/\(name)", X_OK) == 0 { return "\(folder)/\(name)" }
            missing.append("\(name) (package \(package))")
            return name
        }
        qemuImg = find("qemu-img", "qemu-utils")
        debugfs = find("debugfs", "e2fsprogs")
        e2image = find("e2image", "e2fsprogs")
        e2fsck = find("e2fsck", "e2fsprogs")
        mkfs = find("mkfs.ext4", "e2fsprogs")
        guard missing.isEmpty else {
            throw CloudError(
                .invalid,
                "The local cloud needs programs that are not installed: \(missing.joined(separator: ", "))."
            )
        }
    }
}
