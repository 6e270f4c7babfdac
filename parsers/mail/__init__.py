"""Raw mail to plain parts and text. The way in is `parsers.message`."""
