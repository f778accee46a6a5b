// SirdarCloudsTests
