import SirdarServer
import Testing

@Suite("Passwords that everybody tries first")
struct CommonPasswordTests {
    private static func isCommon(_ password: String) -> Bool { Passwords.fault(password)?.contains("first") == true }

    @Test("more than three thousand of them are refused, made as lists of them are made")
    func many() {
        let words = [
            "password", "dragon", "monkey", "letmein", "football", "baseball", "superman", "batman", "master",
            "michael",
            "shadow", "jennifer", "jordan", "hunter", "charlie", "andrew", "michelle", "jessica", "pepper", "daniel",
            "access", "joshua", "maggie", "starwars", "silver", "william", "dallas", "yankees", "ashley", "martin",
            "matrix", "summer", "winter", "freedom", "thunder", "ginger", "secret", "merlin", "diamond", "welcome",
        ]
        let endings =
            ["", "1", "12", "123", "1234", "12345", "!", "1!", "123!", "01", "69", "007", "99", "2000", "@123", "#1"]
            + (1970...2030).map(String.init)
        let spellings: [(String) -> String] = [
            { $0 }, { $0.prefix(1).uppercased() + $0.dropFirst() },
            { $0.replacing("a", with: "@").replacing("o", with: "0") },
            { $0.replacing("s", with: "5").replacing("e", with: "3") }, { "123\($0)" },
        ]
        var tried: Set<String> = []
        for word in words {
            for ending in endings { for spelling in spellings { tried.insert(spelling(word) + ending) } }
        }
        let long = tried.filter { $0.count >= Passwords.lengthMin }
        let passed = long.filter { !Self.isCommon($0) }
        #expect(long.count > 3_000)
        #expect(passed.isEmpty, "\(passed.count): \(passed.prefix(10))")
    }

    @Test(
        "so are walks over the keyboard, repetitions, dates and numbers",
        arguments: [
            "qwertyuiop", "qwertzuiop", "azertyuiop", "1qaz2wsx", "1q2w3e4r", "asdfghjkl", "zxcvbnm123", "abcdefgh",
            "a1b2c3d4",
            "87654321", "abcabcabc", "12341234", "aaaaaaaaaaaa", "24.12.1998", "19981224", "0123456789", "iloveyou2",
            "trustno1", "P@ssw0rd!", "pa55w0rd1", "ILoveYou123", "dragonmaster", "Sirdar2026!",
        ]
    )
    func patterns(_ password: String) { #expect(Self.isCommon(password)) }

    @Test(
        "what is long enough and says something of its own is not",
        arguments: [
            "correct horse battery", "ein langes Geheimnis", "the monkey ate my summer hat", "tr0ub4dor&3x!vq",
            "kV9#mQ2$xL7p", "7fe2c1d09ab4", "password-of-the-blue-house", "mountains over Leith", "Wq8!rT2z",
        ]
    )
    func good(_ password: String) { #expect(Passwords.fault(password) == nil) }
}
