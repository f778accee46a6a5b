// SirdarImages
