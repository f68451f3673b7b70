"""Tests of the portal's pages, over rooms that live in memory."""
