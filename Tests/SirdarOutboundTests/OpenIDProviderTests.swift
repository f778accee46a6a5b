import Crypto
import CryptoExtras
import Foundation
import JSON
import SirdarCore
import SirdarEngine
import SirdarOutbound
import Testing

@Suite("An identity provider")
struct OpenIDProviderTests {
    private let issuer: ScriptedIssuer

    init() throws { issuer = try ScriptedIssuer() }

    private struct OneSecret: SecretSource {
        func value(of name: String) -> String { "hush & more" }
    }

    private func sentence(_ body: () throws(IdentityTrouble) -> Void) -> String {
        do throws(IdentityTrouble) { try body() } catch {
            switch error {
            case .unavailable(let sentence): return sentence
            case .refused(let reason, _): return "refused: \(reason)"
            }
        }
        return ""
    }

    @Test("gets browsers with everything that binds their way back, and of it only what it may know")
    func leaving() throws {
        let address = try issuer.provider().address(for: issuer.attempt, at: ScriptedIssuer.now)
        #expect(address.hasPrefix("https://login.studio.example/authorize?tenant=vfx&response_type=code&"))
        let attempt = issuer.attempt
        for part in [
            "client_id=sirdar", "redirect_uri=https%3A%2F%2Fsirdar.example%2Fsign-in%2Fcallback",
            "scope=openid%20profile", "state=\(attempt.state)", "nonce=\(attempt.nonce)",
            "code_challenge=\(attempt.challenge)", "code_challenge_method=S256",
        ] {
            #expect(address.contains("&\(part)"), "\(part)")
        }
        #expect(!address.contains(attempt.verifier))
        #expect(Set([attempt.state, attempt.nonce, attempt.verifier, attempt.challenge]).count == 4)
    }

    @Test("gets the code with the verifier, and who asks, as it takes that")
    func code() throws {
        let token = try issuer.token()
        _ = try issuer.identity(of: token)
        let first = try #require(issuer.requests.last { $0.address.path == "/token" })
        let body = String(decoding: first.body ?? [], as: UTF8.self)
        #expect(body.contains("grant_type=authorization_code&code=code&"))
        #expect(body.contains("code_verifier=\(issuer.attempt.verifier)") && body.contains("client_id=sirdar"))
        #expect(first.isConfidential && first[header: "Authorization"] == nil)
        _ = try issuer.identity(of: token, by: issuer.provider({ $0.clientSecret = "hush" }, secrets: OneSecret()))
        let second = try #require(issuer.requests.last { $0.address.path == "/token" })
        let pair = Data("sirdar:hush%20%26%20more".utf8).base64EncodedString()
        #expect(second[header: "Authorization"] == "Basic \(pair)")
        issuer.change { $0.description["token_endpoint_auth_methods_supported"] = ["client_secret_post"] }
        _ = try issuer.identity(of: token, by: issuer.provider({ $0.clientSecret = "hush" }, secrets: OneSecret()))
        let third = try #require(issuer.requests.last { $0.address.path == "/token" })
        #expect(String(decoding: third.body ?? [], as: UTF8.self).contains("client_secret=hush%20%26%20more"))
        #expect(third[header: "Authorization"] == nil)
    }

    @Test("is asked for its keys again when one is new to us, and not more than once a minute")
    func rotation() throws {
        let provider = issuer.provider()
        _ = try issuer.identity(of: issuer.token(), by: provider)
        #expect(issuer.asked("/keys") == 1)
        let next = try _RSA.Signing.PrivateKey(keySize: .bits2048)
        let keys = [try issuer.key(next, id: "next")]
        issuer.change { $0.keys = keys }
        let token = try issuer.token(header: ["alg": "RS256", "kid": "next"]) { data in
            try next.signature(for: SHA256.hash(data: data), padding: .insecurePKCS1v1_5).withUnsafeBytes { Data($0) }
        }
        // Just asked.
        for _ in 0..<20 { #expect(issuer.refusal(of: token, by: provider) == "key") }
        #expect(issuer.asked("/keys") == 1)
        issuer.change { $0.token = token }
        let later = ScriptedIssuer.now.advanced(by: .minutes(1))
        let found = try provider.identity(code: "code", of: issuer.attempt, at: later)
        #expect(found.subject == "248289761001" && issuer.asked("/keys") == 2)
        // The old key is none any more.
        let old = try issuer.token()
        issuer.change { $0.token = old }
        for _ in 0..<20 {
            #expect(throws: IdentityTrouble.self) {
                try provider.identity(code: "code", of: issuer.attempt, at: later)
            }
        }
        #expect(issuer.asked("/keys") == 2 && issuer.asked("/.well-known/openid-configuration") == 1)
        _ = try provider.address(for: issuer.attempt, at: later.advanced(by: .hours(1)))
        #expect(issuer.asked("/.well-known/openid-configuration") == 2)
    }

    @Test("that calls itself otherwise, or sends people by http, is not believed")
    func pinned() throws {
        let attempt = issuer.attempt
        func told() -> String {
            let provider = issuer.provider()
            return sentence { () throws(IdentityTrouble) in
                _ = try provider.address(for: attempt, at: ScriptedIssuer.now)
            }
        }
        issuer.change { $0.description["issuer"] = "https://login.evil.example" }
        #expect(told().contains("another issuer's name"))
        issuer.change {
            $0.description["issuer"] = .string(ScriptedIssuer.issuer)
            $0.description["token_endpoint"] = "http://login.studio.example/token"
        }
        #expect(told().contains("not by https"))
        issuer.change { $0.description["token_endpoint"] = nil }
        #expect(told().contains("does not say its `token_endpoint`"))
        // The guard of everything that leaves holds here too.
        issuer.change {
            $0.description["token_endpoint"] = "https://login.studio.example/token"
            $0.description["jwks_uri"] = "https://169.254.169.254/keys"
        }
        #expect(told().contains("not among the hosts"))
    }

    @Test("that does not answer is let alone for some seconds")
    func away() throws {
        issuer.change { $0.isAway = true }
        let (provider, attempt) = (issuer.provider(), issuer.attempt)
        for _ in 0..<20 {
            #expect(throws: IdentityTrouble.self) { try provider.address(for: attempt, at: ScriptedIssuer.now) }
        }
        #expect(issuer.requests.count == 1)
        issuer.change { $0.isAway = false }
        _ = try provider.address(for: attempt, at: ScriptedIssuer.now.advanced(by: .seconds(5)))
        issuer.change { $0.tokenStatus = 400 }
        #expect(issuer.refusal(of: "") == "code")
        issuer.change { $0.tokenStatus = 500 }
        #expect(issuer.refusal(of: "").hasPrefix("unavailable"))
    }

    // MARK: The file

    private func read(_ text: String) throws -> (policy: ProviderPolicy?, told: [String]) {
        let findings = Findings()
        let root = try YAMLSource.read(Data(text.utf8)).get()
        let policy = ProviderPolicy.read(root, findings)
        return (policy, findings.inOrder.map { $0.text(in: "x") })
    }

    private static func text(_ path: String) throws -> String {
        let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: package.appending(path: path), encoding: .utf8)
    }

    @Test("is none as it is shipped, and what explains one has no mistake")
    func documents() throws {
        let shipped = try Self.text("config/sign-in.yaml")
        let off = try read(shipped)
        #expect(off.policy == nil && off.told == [])
        let explained = shipped.split(separator: "\n").filter { $0.hasPrefix("#   ") }.map { $0.dropFirst(4) }
        let policy = try read(explained.joined(separator: "\n"))
        #expect(policy.told == [] && policy.policy?.clientSecret == "sign-in" && policy.policy?.addsPeople == false)
        let blocks = try Self.text("docs/sign-in.md").components(separatedBy: "```yaml\n").dropFirst()
        let documented = try read(blocks.joined().components(separatedBy: "```")[0])
        #expect(documented.told == [] && documented.policy == policy.policy)
    }

    @Test(
        "with a mistake is told of it",
        arguments: [
            ("provider: { issuer: 'https://x.example' }", "`provider` needs `clientID`"),
            ("provider: { clientID: a, issuer: 'http://x.example' }", "must begin with https://"),
            ("provider: { clientID: a, issuer: 'x.example' }", "is no issuer"),
            ("provider: { clientID: a, issuer: 'https://x.example/?a=b' }", "is no issuer"),
            ("provider: { clientID: a, issuer: 'https://x.example', algorithms: [HS256] }", "HS256"),
            ("provider: { clientID: a, issuer: 'https://x.example', algorithms: [none] }", "none"),
            ("provider: { clientID: a, issuer: 'https://x.example', unknownPeople: admit }", "`admit`"),
            ("provider: { clientID: a, issuer: 'https://x.example', clientSecret: '../key' }", "no secret's name"),
        ]
    )
    func mistakes(_ text: String, _ expected: String) throws {
        let told = try read(text).told
        #expect(told.count == 1 && told[0].contains(expected), "\(told)")
    }
}
