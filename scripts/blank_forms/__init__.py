"""One layout per blank form, drawn as a PDF form and written as a DOCX with content controls."""
