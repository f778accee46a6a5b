// SirdarCoreTests
