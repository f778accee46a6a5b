/// What stands in the files of a demonstration machine.
struct DemoFiles {
    static let artist = 1_001
    private static let deadline = "/var/lib/Thinkbox/Deadline10"
    /// The studio's own licence server, which serves all projects.
    private static let licenceAddress = "10.10.0.40"

    let machine: DemoMachine

    var entries: [DiskEntry] {
        system + identity + storage + manager + licences + (machine.kind == .workstation ? home : [])
    }

    private var system: [DiskEntry] {
        let release = """
            PRETTY_NAME="Rocky Linux 9.4 (Blue Onyx)"
            NAME="Rocky Linux"
            VERSION_ID="9.4"
            ID="rocky"

            """
        return [
            .text("/etc/os-release", release), .folder("/etc/ssh"), .folder("/root", mode: 0o700),
            .folder("/tmp", mode: 0o1777), .folder("/var/log"), .folder("/mnt"), .link("/var/run", to: "/run"),
            .folder("/run"), .text("/etc/passwd", Self.passwd),
            .text("/etc/shadow", "root:!locked::0:99999:7:::\n", mode: 0o600),
            .text(
                "/etc/ssh/sshd_config",
                "PermitRootLogin no\nPasswordAuthentication no\nSubsystem sftp internal-sftp\n",
                mode: 0o600
            ),
            .text(
                "/etc/chrony.conf",
                "pool 2.rocky.pool.ntp.org iburst\ndriftfile /var/lib/chrony/drift\nmakestep 1.0 3\n"
            ),
        ]
    }

    private static let passwd = """
        root:x:0:0:root:/root:/bin/bash
        deadline:x:990:990:Deadline client:/var/lib/Thinkbox:/sbin/nologin
        artist:x:1001:1001:Artist:/home/artist:/bin/bash

        """

    private var identity: [DiskEntry] {
        guard !machine.isGeneralised else {
            return [.text("/etc/machine-id", "", mode: 0o444), .text("/etc/hostname", "")]
        }
        let id = Digest.of("machine-id \(machine.name)")
        let keys = ["ecdsa", "ed25519", "rsa"].flatMap { kind -> [DiskEntry] in
            let body = Digest.of("\(kind) \(machine.name)")
            let key = "-----BEGIN OPENSSH PRIVATE KEY-----\n\(body)\n\(id)\n-----END OPENSSH PRIVATE KEY-----\n"
            return [
                .text("/etc/ssh/ssh_host_\(kind)_key", key, mode: 0o600),
                .text("/etc/ssh/ssh_host_\(kind)_key.pub", "ssh-\(kind) \(body) root@\(machine.name)\n"),
            ]
        }
        return keys + [
            .text("/etc/machine-id", id.prefix(32) + "\n", mode: 0o444),
            .text("/etc/hostname", machine.name + "\n"),
            .text("\(Self.deadline)/slaves/\(machine.name).ini", "[Slave]\nSlaveEnabled=True\n", owner: 990),
        ]
    }

    private var storage: [DiskEntry] {
        let uuid = Digest.of("root file system \(machine.kind)")
        var fstab = "# Made by the installer. After a change: systemctl daemon-reload\n"
        fstab +=
            "UUID=\(uuid.prefix(8))-\(uuid.suffix(4))-4a17-9c55-\(uuid.suffix(12))  /  ext4  defaults  1 1\n"
        var hosts = "127.0.0.1   localhost localhost.localdomain\n::1         localhost localhost.localdomain\n"
        guard let project = machine.project else { return [.text("/etc/fstab", fstab), .text("/etc/hosts", hosts)] }
        let options = "rw,hard,_netdev,nofail,nconnect=4"
        fstab += "\(project.storageAddress):\(project.exportPath)  \(project.mountPoint)  nfs4  \(options)  0 0\n"
        fstab +=
            "\(project.storageAddress):\(project.exportPath)/cache \(project.mountPoint)-cache  nfs4  \(options)  0 0\n"
        hosts += "\(project.storageAddress)  filer.studio.example filer\n"
        hosts += "\(project.managerAddress)  manager.studio.example manager\n"
        hosts += "\(Self.licenceAddress)  licences.studio.example licences\n"
        let map = "scratch  -fstype=nfs4,rw,hard  \(project.storageAddress):\(project.exportPath)/scratch\n"
        return [
            .text("/etc/fstab", fstab), .text("/etc/hosts", hosts),
            .text("/etc/auto.master.d/projects.autofs", "/projects  /etc/auto.projects  --timeout=600\n"),
            .text("/etc/auto.projects", map), .folder(project.mountPoint), .folder("\(project.mountPoint)-cache"),
        ]
    }

    private var manager: [DiskEntry] {
        var entries: [DiskEntry] = [
            .folder(Self.deadline, owner: 990),
            .text("\(Self.deadline)/deadline.ini", deadlineIni, mode: 0o664, owner: 990),
            .text("/etc/systemd/system/deadline10launcher.service", Self.launcher),
        ]
        if let project = machine.project, machine.kind == .renderNode {
            let rqd = """
                # Settings of OpenCue's render daemon.
                [Override]
                OVERRIDE_CUEBOT=\(project.managerAddress)
                OVERRIDE_IS_DESKTOP=False
                RQD_PORT=8444

                """
            entries.append(.text("/etc/opencue/rqd.conf", rqd))
        }
        if let project = machine.project {
            let log = """
                2026-11-20 09:12:03:  Launcher Thread - Launching Worker
                2026-11-20 09:12:04:  Connecting to \(project.managerAddress):\(project.managerPort)
                2026-11-20 09:12:04:  Auto Configuration: A ruleset has been received

                """
            entries.append(.text("/var/log/Thinkbox/Deadline10/deadlinelauncher-2026-11-20.log", log, owner: 990))
        }
        return entries
    }

    private var deadlineIni: String {
        var lines = ["[Deadline]", "LicenseMode=UsageBased", "LauncherListeningPort=17000", "SlaveStartupPort=17003"]
        lines += ["AutoConfigurationPort=17001", "LaunchSlaveAtStartup=True", "RestartStalledSlave=True"]
        switch machine.project?.connection {
        case .deadlineRemote:
            let project = machine.project
            lines.append("ConnectionType=Remote")
            lines.append("ProxyRoot=\(project?.managerAddress ?? ""):\(project?.managerPort ?? 8080)")
            lines += ["ProxyUseSSL=False", "ProxySSLCA=", "NetworkRoot="]
        case .deadlineDirect:
            let project = machine.project
            lines.append("ConnectionType=Direct")
            lines.append("NetworkRoot=\(project?.mountPoint ?? "")/deadline/repository")
            lines.append("DbSSLCertificate=")
            lines.append("; database on \(project?.managerAddress ?? ""):\(project?.managerPort ?? 27_100)")
        case nil:
            lines += ["ConnectionType=Remote", "ProxyRoot=", "NetworkRoot="]
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static let launcher = """
        [Unit]
        Description=Deadline 10 Launcher
        After=network-online.target remote-fs.target

        [Service]
        Type=forking
        User=deadline
        ExecStart=/opt/Thinkbox/Deadline10/bin/deadlinelauncher -daemon

        [Install]
        WantedBy=multi-user.target

        """

    private var licences: [DiskEntry] {
        guard let project = machine.project else { return [] }
        let profile = """
            export STUDIO_ROOT=\(project.mountPoint)
            export foundry_LICENSE=4101@\(Self.licenceAddress)
            export RLM_LICENSE=5053@\(Self.licenceAddress)
            export SOLIDANGLE_LICENSE=5054@\(Self.licenceAddress)
            export HOUDINI_LICENSE_SERVER=licences.studio.example

            """
        return [.text("/etc/profile.d/studio.sh", profile)]
    }

    private var home: [DiskEntry] {
        let root = machine.project?.mountPoint ?? ""
        let recent = "<recent><file path=\"\(root)/shots/sh010/comp/sh010_comp_v003.nk\"/></recent>\n"
        return [
            .folder("/home/artist", mode: 0o700, owner: Self.artist),
            .folder("/home/artist/.nuke", owner: Self.artist),
            .text("/home/artist/.nuke/recent_files.xml", recent, owner: Self.artist),
            .text("/home/artist/.bashrc", "source /etc/profile.d/studio.sh\ncd \"$STUDIO_ROOT\"\n", owner: Self.artist),
            .folder("/home/artist/Thinkbox/Deadline10", owner: Self.artist),
            .text("/home/artist/Thinkbox/Deadline10/deadline.ini", "[Deadline]\nUser=artist\n", owner: Self.artist),
        ]
    }
}
