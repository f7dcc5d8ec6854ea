"""What people see: tables, terminal, charts, HTML. Reads verdicts and frames, decides nothing."""
