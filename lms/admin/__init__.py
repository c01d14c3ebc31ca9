"""Administration: publishing content, the audit trail, housekeeping."""
