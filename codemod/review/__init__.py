"""`--review`: every change looked at by its owner before it is written."""
