// SirdarClouds
