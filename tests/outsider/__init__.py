"""What somebody who has only the base install can find out, and with what."""
