// SirdarCore
