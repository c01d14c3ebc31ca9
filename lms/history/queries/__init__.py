"""Reading for imports: what rows are held against (`known`), and the imports that were made (`batches`)."""

from lms.history.queries.batches import BatchRow, batch_by_code, batches, record_for, source_of
from lms.history.queries.known import book, known_keys, people_by_number

__all__ = ["BatchRow", "batch_by_code", "batches", "book", "known_keys", "people_by_number", "record_for", "source_of"]
