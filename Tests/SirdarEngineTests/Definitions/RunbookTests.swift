import SirdarCore
import SirdarEngine
import Testing

@Suite("A runbook")
struct RunbookTests {
    private static let sample = #"""
        ---
        title: Point a machine at the shared storage
        summary: NFS in fstab
        version: 3
        owner: storage-team
        reviewBy: 2027-06-01
        skills: [storage]
        requires: guestFiles
        values: [storageAddress, oldAddress]
        ---
        The machine still mounts {{ oldAddress }}.

        # Do

        - [ ] {id: note-mounts, evidence: output} Note *what* is mounted.

          ```sh
          mount | grep {{ oldAddress }}
          ```

        - [ ] {id: reboot, required: false, requires: [guestExec]} Reboot & look.
        """#

    private func read(_ text: String, skills: Set<String>? = nil) -> Runbook.Reading {
        Runbook.read(name: "sample", source: text, today: Timestamp("2026-11-23T00:00:00Z"), skills: skills)
    }

    private func lines(_ text: String) -> [String] { read(text).diagnostics.map { $0.text(in: "x") } }

    @Test("is read with its front matter and its checklist")
    func reads() throws {
        let reading = read(Self.sample)
        #expect(reading.diagnostics == [])
        let runbook = try #require(reading.runbook)
        #expect(runbook.title == "Point a machine at the shared storage")
        #expect(runbook.version == 3)
        #expect(runbook.requires == [.guestFiles])
        #expect(runbook.values == ["storageAddress", "oldAddress"])
        #expect(runbook.items.map(\.id) == ["note-mounts", "reboot"])
        #expect(runbook.items.map(\.text) == ["Note what is mounted.", "Reboot & look."])
        #expect(runbook.items[0].commands == ["mount | grep {{ oldAddress }}\n"])
        #expect(runbook.checklist.items.map(\.isRequired) == [true, false])
        #expect(runbook.checklist.items.map(\.evidence) == ["output", nil])
        #expect(runbook.hash == ContentHash(of: Self.sample))
    }

    @Test("asks for nothing that a cloud cannot do")
    func capabilities() throws {
        let runbook = try #require(read(Self.sample).runbook)
        #expect(runbook.checklist(on: []).items.map(\.isRequired) == [false, false])
        #expect(runbook.checklist(on: [.guestFiles]).items.map(\.isRequired) == [true, false])
    }

    @Test("is filled with a task's values, which are text and nothing else")
    func html() throws {
        let runbook = try #require(read(Self.sample).runbook)
        let html = try runbook.html(values: ["oldAddress": "<b>10.0.0.1</b>; rm -rf /"]) { item in
            "<input name=\"\(item.id)\">"
        }
        #expect(
            html == #"""
                <p>The machine still mounts &lt;b&gt;10.0.0.1&lt;/b&gt;; rm -rf /.</p>
                <h3>Do</h3>
                <ul class="checklist">
                <li><input name="note-mounts"><p>Note <em>what</em> is mounted.</p>
                <pre data-copy><code class="language-sh">mount | grep &#39;&lt;b&gt;10.0.0.1&lt;/b&gt;; rm -rf /&#39;
                </code></pre>
                </li>
                <li><input name="reboot">Reboot &amp; look.</li>
                </ul>

                """#
        )
    }

    @Test("is written for a terminal")
    func plainText() throws {
        let runbook = try #require(read(Self.sample).runbook)
        #expect(
            runbook.plainText(values: ["oldAddress": "10.42.0.20"], ticked: ["reboot"]) == """
                The machine still mounts 10.42.0.20.

                Do
                ==

                [ ] note-mounts: Note what is mounted.

                        mount | grep 10.42.0.20
                [x] reboot (if it applies): Reboot & look.

                """
        )
    }

    @Test("is told of what is wrong in it, at its place")
    func mistakes() {
        func body(_ text: String) -> String { "---\ntitle: X\nvalues: [address]\n---\n" + text }
        #expect(lines("# No front matter\n").first?.hasPrefix("x:1:1: error[syntax]: a runbook begins with") == true)
        #expect(lines("---\ntitel: X\n---\n").first?.hasPrefix("x:2:1: error[unknown-key]") == true)
        #expect(lines("---\nversion: 1\n---\n").first?.hasPrefix("x:2:1: error[missing-key]") == true)
        #expect(
            lines("---\ntitle: X\nreviewBy: 2026-11-01\n---\n") == [
                "x:3:11: warning[stale]: this runbook should have been reviewed by 2026-11-01"
            ]
        )
        #expect(
            lines("---\ntitle: X\nrequires: guestFile\n---\n").first?.contains("did you mean `guestFiles`?") == true
        )
        #expect(
            lines(body("Use {{ adress }}.\n")) == [
                "x:5:5: error[unknown-name]: there is no value `adress`; did you mean `address`? allowed here: address"
            ]
        )
        #expect(
            lines(body("`mount '{{ address }}'`\n")).first?.hasPrefix("x:5:9: error[wrong-value]: leave out") == true
        )
        #expect(lines(body("- [ ] Do it\n")).first?.hasPrefix("x:5:7: error[missing-key]: an item") == true)
        #expect(
            lines(body("- [ ] {id: a, evidense: text} Do it\n")).first?.contains("did you mean `evidence`?") == true
        )
        #expect(
            lines(body("- [ ] {id: a, evidence: txt} Do it\n")).first?.hasPrefix("x:5:25: error[wrong-value]") == true
        )
        #expect(lines(body("- [ ] {id: Not good} Do it\n")).first?.hasPrefix("x:5:12: error[wrong-value]") == true)
        #expect(
            lines(body("- [ ] {id: a} X\n- [ ] {id: a} Y\n")).first?.hasPrefix("x:6:7: error[duplicate-name]") == true
        )
        #expect(read(body("X\n"), skills: []).diagnostics == [])
    }

    @Test("with other braces and other line ends is read all the same")
    func leniency() throws {
        let text = "---\r\ntitle: X\r\n---\r\n`docker ps --format '{{.Names}}'`\r\n\r\n1. [ ] {id: a} Do it\r\n"
        let reading = read(text)
        #expect(reading.diagnostics == [])
        #expect(reading.runbook?.items.map(\.id) == ["a"])
    }

    @Test("has no items in a code block")
    func code() throws {
        let reading = read("---\ntitle: X\n---\n```\n- [ ] not an item\n```\n")
        #expect(reading.diagnostics == [])
        #expect(reading.runbook?.items == [])
    }
}
