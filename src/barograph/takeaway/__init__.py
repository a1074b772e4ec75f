"""What readers take with them: an issue as PDF and EPUB, pictures for messengers, a year in one archive.

Pure functions from an edition's content to bytes; the same content gives the
same bytes. `making` keeps what was made where the bake finds it. Knows
contents and words; no drafts.
"""
