"""Telephones: numbers in one form, text messages behind a port, and the codes sent by them."""
