// SirdarImagesTests
