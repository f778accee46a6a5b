// SirdarEngine
