"""What an outsider needs to check a sealed agreement, and nothing else of Acta.

The byte formats, one module each; SPEC.md fixes their bytes:
``hashing`` (commitments, entries, leaves), ``statement``, ``disclosure``, ``attestation``,
``tree`` (RFC 9162), ``checkpoint`` and ``tlog_proof`` (C2SP), ``cms_attributes`` and
``locator`` (in the PDF), ``trust``, ``evidence``.

Every error derives from ``anchoring.errors.AnchoringError``, as InvalidError (INVALID) or as
CannotCheckError (CANNOT CHECK). Import the modules: this file loads none, so that hashing a
leaf does not cost the import of a PDF library.
"""
