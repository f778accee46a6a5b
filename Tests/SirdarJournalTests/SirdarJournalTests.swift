// SirdarJournalTests
