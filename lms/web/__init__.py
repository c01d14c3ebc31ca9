"""Flask glue: pages, transactions, errors, forms, languages, templates, static files. No business."""
