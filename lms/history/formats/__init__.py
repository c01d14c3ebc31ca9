"""Files as tables: `csv_file` and `xlsx_file` read them line by line, `rejects` and `template` write them."""
