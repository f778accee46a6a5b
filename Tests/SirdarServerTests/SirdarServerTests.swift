// SirdarServerTests
