"""Where things stand on a page: words -> segments, frames, boxes to tick; `pages.sheets_of` is the way in."""
