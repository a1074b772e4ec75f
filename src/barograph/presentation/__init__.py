"""What readers see of an edition, decided once for pages, mails, feeds, PDF and EPUB."""
