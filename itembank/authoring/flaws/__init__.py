"""Flaws of item writing that a program can see: warnings with their evidence, never bans."""
