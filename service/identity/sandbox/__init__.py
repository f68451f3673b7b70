"""What decodes strangers' pictures and reads documents, in a process that may be killed.

``python -m service.identity.sandbox`` answers one request (``service.isolated``), without secrets
or files of ours, under limits on memory and time.
"""
