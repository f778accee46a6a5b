import SirdarCore
import Testing

@Suite("Files of tasks: what they may be called, and what they prove")
struct AttachmentTests {
    @Test(
        "a name is one that every file system and every screen takes as it is",
        arguments: ["findmnt.txt", "fstab before.txt", "Übersicht (2).png", "日本語.pdf", "a"]
    )
    func good(_ name: String) { #expect(Attachment.fault(inName: name) == nil) }

    @Test(
        "what is a path, is hidden, or looks like something else is none",
        arguments: [
            "", ".", "..", ".bashrc", "a/b", "..\\b", "/etc/passwd", "a\u{0}b", "a\nb", "a\u{202E}txt.exe", " a", "a ",
            "\u{200B}a", String(repeating: "x", count: 121), String(repeating: "日", count: 81),
        ]
    )
    func bad(_ name: String) { #expect(Attachment.fault(inName: name)?.hasSuffix(".") == true, "\(name)") }
}
