// SirdarStoreTests
