// SirdarJournal
