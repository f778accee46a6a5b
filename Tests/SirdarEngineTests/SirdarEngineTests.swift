// SirdarEngineTests
