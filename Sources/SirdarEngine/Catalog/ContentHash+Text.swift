import Crypto
package import SirdarCore

extension ContentHash {
    /// SHA-256 of a text's UTF-8.
    package init(of text: String) {
        self.init(of: [text])
    }

    /// SHA-256 of several texts in their order; where one ends and the next begins is part of what is hashed.
    package init(of texts: [String]) {
        var hasher = SHA256()
        for text in texts {
            // The length in front: "ab", "c" and "a", "bc" are not the same content.
            if texts.count > 1 {
                withUnsafeBytes(of: UInt64(text.utf8.count).bigEndian) { hasher.update(bufferPointer: $0) }
            }
            var copy = text
            copy.withUTF8 { hasher.update(bufferPointer: UnsafeRawBufferPointer($0)) }
        }
        let digits = Array("0123456789abcdef".unicodeScalars)
        var hex = ""
        for byte in hasher.finalize() {
            hex.unicodeScalars.append(digits[Int(byte >> 4)])
            hex.unicodeScalars.append(digits[Int(byte & 15)])
        }
        self.init(hex: hex)
    }
}
