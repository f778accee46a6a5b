import JSON
import SirdarCore
import SirdarEngine
import SirdarTestKit

extension Samples {
    /// `validate → storage ‖ manager (manual) → publish`, as adapting an image to another project is.
    static let adapting = Workflow(
        document: .init(
            namespace: "sirdar",
            name: "adapt-image",
            version: "1.0.0",
            title: "Adapt image",
            summary: "Makes an image usable in another project."
        ),
        nodes: [
            Node(index: 0, parent: nil, name: "", pointer: "/do", kind: .sequence([1, 2, 3])),
            step(1, "validate", "Validate"),
            Node(
                index: 2,
                parent: 0,
                name: "storage",
                pointer: "/do/1/storage",
                title: "Reconfigure shared storage",
                kind: .manual(
                    ManualWork(
                        opening: .constant(storage),
                        verify: .init(action: "verify", with: .constant(["address": "10.57.0.20"]))
                    )
                )
            ),
            step(3, "publish", "Publish"),
        ],
        hash: ContentHash(hex: String(repeating: "b", count: 64))
    )

    private static func step(_ index: Int, _ name: String, _ title: String) -> Node {
        Node(
            index: index,
            parent: 0,
            name: name,
            pointer: "/do/\(index - 1)/\(name)",
            title: title,
            kind: .call(.init(action: "note", with: .constant(["step": .string(name)])))
        )
    }

    private static let storage: JSON = [
        "title": "Reconfigure shared storage", "queue": "ops", "skills": ["storage"], "runbook": "shared-storage",
        "outcomes": ["reconfigured", "cannotReconfigure"], "separation": ["not": ["requester"]],
        "due": ["after": "PT4H", "atRisk": "PT1H"],
        "about": ["machine": "hw-builder-07", "image": "comp-ws-2026-11", "from": "blackfen", "to": "harrow"],
        "form": [
            "storageAddress": [
                "type": "ip", "label": "Shared storage IP", "required": true, "within": "10.57.0.0/16",
                "help": "Was 10.42.0.20 in blackfen.",
            ],
            "mountPoint": ["type": "path", "label": "Mount point", "required": true, "default": "/mnt/projects"],
            "note": ["type": "text", "label": "Anything unusual"],
        ],
    ]

    static let runbookSource = """
        ---
        title: Reconfigure shared storage
        summary: Points a machine at another project's storage.
        version: 3
        owner: support
        skills: [storage]
        values: [machine, from, to]
        ---

        The machine `{{machine}}` was made in {{from}} and mounts its storage by NFS.

        ## Do

        - [ ] {id: note-mounts, evidence: output} Note the current mounts.

          ```bash
          sirdar machine file get {{machine}} /etc/fstab
          ```

        - [ ] {id: edit-fstab} Replace the address in `/etc/fstab`.
        - [ ] {id: look-around, required: false} Look for other mentions.
        """
}
