"""Date formats of languages for which Django has none. Named by FORMAT_MODULE_PATH."""
