// SirdarTestKit
