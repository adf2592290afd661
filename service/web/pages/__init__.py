"""One file a page area: it reads the store and hands a template what it needs."""
