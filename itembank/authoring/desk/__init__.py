"""The writer's desk: what was typed and not saved, who else works on an item, what a translation may have missed."""
