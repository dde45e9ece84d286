"""Bulk import and export: files in, a preview, one transaction; files out, safe to open."""
