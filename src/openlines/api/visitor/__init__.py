"""The side of the visitors of a website: everything under /api/v1/widget/{key}/."""
