import SirdarImages

/// What makes a machine itself, and must not be in an image: host keys, machine id, name, worker, first-boot data.
struct IdentityCheck {
    private static let fileBytesMax = 1 << 20

    let volume: Ext4Volume

    func traces() throws(CloudError) -> [IdentityTrace] {
        try hostKeys() + machineId() + hostName() + worker() + cloudInit()
    }

    private func hostKeys() throws(CloudError) -> [IdentityTrace] {
        try names(in: "/etc/ssh").filter { $0.hasPrefix("ssh_host_") && $0.hasSuffix("_key") }.map { name in
            IdentityTrace(
                .sshHostKey,
                path: "/etc/ssh/\(name)",
                "The machine's SSH host key is still there: all machines of the image would share it. Delete it."
            )
        }
    }

    private func machineId() throws(CloudError) -> [IdentityTrace] {
        var traces: [IdentityTrace] = []
        for path in ["/etc/machine-id", "/var/lib/dbus/machine-id"] {
            guard let text = try text(path)?.trimmed, !text.isEmpty, text != "uninitialized" else { continue }
            let sentence =
                "The machine id is set: machines of the image would be taken for one. Empty the file."
            traces.append(IdentityTrace(.machineId, path: path, sentence))
        }
        return traces
    }

    private func hostName() throws(CloudError) -> [IdentityTrace] {
        let path = "/etc/hostname"
        guard let name = try text(path)?.trimmed, !name.isEmpty, name != "localhost" else { return [] }
        return [
            IdentityTrace(
                .hostName,
                path: path,
                "The host name is fixed to \(name): machines of the image would all bear it. Empty the file."
            )
        ]
    }

    /// A Deadline worker keeps a file for each of its names; OpenCue's daemon can have one set.
    private func worker() throws(CloudError) -> [IdentityTrace] {
        let folder = "/var/lib/Thinkbox/Deadline10/slaves"
        var traces = try names(in: folder).filter { $0.hasSuffix(".ini") }.map { name in
            IdentityTrace(
                .workerIdentity,
                path: "\(folder)/\(name)",
                "The worker \(name.dropLast(4)) is registered: two would fight for one name. Delete the file."
            )
        }
        let settings = "/etc/opencue/rqd.conf"
        let lines = try text(settings)?.split(separator: "\n") ?? []
        if lines.contains(where: { $0.trimmed.uppercased().hasPrefix("OVERRIDE_HOSTNAME") }) {
            let sentence = "OpenCue's daemon has a fixed host name: remove OVERRIDE_HOSTNAME."
            traces.append(IdentityTrace(.workerIdentity, path: settings, sentence))
        }
        return traces
    }

    private func cloudInit() throws(CloudError) -> [IdentityTrace] {
        let path = "/var/lib/cloud/instance"
        guard try volume.resolve(["var", "lib", "cloud", "instance"], followingLast: false) != nil else { return [] }
        return [
            IdentityTrace(
                .cloudInit,
                path: path,
                "First-boot data of this machine is there: run cloud-init clean, or delete it."
            )
        ]
    }

    private func names(in folder: String) throws(CloudError) -> [String] {
        let found = try volume.resolve(try GuestPath(folder).components, followingLast: true)
        guard let found, found.inode.kind == .directory else { return [] }
        return try volume.entries(of: found.inode).map(\.name).sorted()
    }

    /// The text of a file that may be absent.
    private func text(_ path: String) throws(CloudError) -> String? {
        let found = try volume.resolve(try GuestPath(path).components, followingLast: true)
        guard let found, found.inode.kind == .regular else { return nil }
        return String(decoding: try volume.bytes(of: found.inode, limit: Self.fileBytesMax), as: UTF8.self)
    }
}

extension StringProtocol {
    fileprivate var trimmed: String {
        String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}
