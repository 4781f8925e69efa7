"""When a sitting ends: settings, reasons, and the rules, one a file, which look at the evidence of a sitting."""
