// SirdarWalkTests
