"""Names of the three versions: QTI 3 has those of QTI 2 with ``qti-`` before them and hyphens for capital letters."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

#: What stays as it is in every version: the part of HTML that we write bodies in.
HTML = frozenset({
    "blockquote", "br", "code", "div", "em", "img", "li", "ol", "p", "pre", "span", "strong", "table", "tbody", "td",
    "th", "thead", "tr", "ul",
})  # fmt: skip

_CAPITAL = re.compile(r"(?<!^)([A-Z])")
_HYPHEN = re.compile(r"-([a-z0-9])")


@dataclass(frozen=True, slots=True)
class Version:
    """How one version of the standard names itself in packages that we write."""

    number: str
    namespace: str
    schema: str
    package: str
    item_type: str
    stimulus_type: str
    usage_type: str
    templates: str

    @property
    def kebab(self) -> bool:
        """Whether names are written with hyphens."""
        return self.number == "3.0"


VERSIONS = {
    "2.1": Version(
        "2.1", "http://www.imsglobal.org/xsd/imsqti_v2p1", "QTIv2.1 Package",
        "http://www.imsglobal.org/xsd/imscp_v1p1", "imsqti_item_xmlv2p1", "", "imsqti_usagedata_xmlv2p1",
        "http://www.imsglobal.org/question/qti_v2p1/rptemplates/{}",
    ),
    "2.2": Version(
        "2.2", "http://www.imsglobal.org/xsd/imsqti_v2p2", "QTIv2.2 Package",
        "http://www.imsglobal.org/xsd/imscp_v1p1", "imsqti_item_xmlv2p2", "", "imsqti_usagedata_xmlv2p2",
        "http://www.imsglobal.org/question/qti_v2p2/rptemplates/{}",
    ),
    "3.0": Version(
        "3.0", "http://www.imsglobal.org/xsd/imsqtiasi_v3p0", "QTI Package",
        "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1", "imsqti_item_xmlv3p0", "imsqti_stimulus_xmlv3p0",
        "imsqti_usagedata_xmlv3p0", "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/{}.xml",
    ),
}  # fmt: skip


@lru_cache(maxsize=1024)
def plain_name(name: str) -> str:
    """Give the name of an element as QTI 2 has it."""
    return camel(name.removeprefix("qti-")) if name.startswith("qti-") else name


@lru_cache(maxsize=1024)
def camel(name: str) -> str:
    """Give a name with capital letters for hyphens; names of data and of accessibility attributes stay."""
    return name if name.startswith(("data-", "aria-")) else _HYPHEN.sub(lambda found: found[1].upper(), name)


@lru_cache(maxsize=1024)
def kebab(name: str) -> str:
    """Give a name with hyphens for capital letters."""
    return _CAPITAL.sub(lambda found: f"-{found[1].lower()}", name)
