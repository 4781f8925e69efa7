"""QTI 2.1, 2.2 and 3.0 packages: one tree of named nodes for all versions, read and written."""

from itembank.exchange.qti.package_reading import read_qti
from itembank.exchange.qti.package_writing import write_qti

__all__ = ["read_qti", "write_qti"]
