"""A computed digest -> what people read: sentences, pictures, one self-contained file. No database, no clock."""
