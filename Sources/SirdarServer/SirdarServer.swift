// SirdarServer
