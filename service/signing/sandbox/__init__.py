"""What touches PDFs and pictures of strangers, in a process of its own that may be killed.

``python -m service.signing.sandbox`` reads one request from its input and answers on its output
(``service.isolated``). It gets no environment, no secrets and no files, and limits itself before
it parses.
"""
