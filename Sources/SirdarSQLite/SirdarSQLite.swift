// SirdarSQLite
