"""What was entered about comments on an item: a new one, replies, and which button was pressed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlmodel import Session
from starlette.datastructures import FormData

from itembank.actor import Actor
from itembank.authoring.reviewing.comments import reply_to_comment, settle_comment, write_comment
from itembank.errors import InvalidInput, NotFound

COMMENT = "comment"
_REPLY, _SETTLE, _REOPEN = "reply_", "settle_", "reopen_"


@dataclass(frozen=True, slots=True)
class CommentForm:
    """The fields of the comments on a page, and the button ``do``."""

    do: str = ""
    place: str = ""
    quote: str = ""
    comment: str = ""
    #: What was entered as a reply, by the id of the comment.
    replies: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_meant(self) -> bool:
        """Whether the button pressed is one of the comments'."""
        return self.do == COMMENT or self.do.startswith((_REPLY, _SETTLE, _REOPEN))

    @property
    def is_empty(self) -> bool:
        """Whether nothing was begun."""
        return not (self.comment or self.quote or any(self.replies.values()))

    @classmethod
    def read(cls, data: FormData) -> CommentForm:
        """Read the fields as they were sent; what is missing counts as left empty."""
        names = [name for name in data if name.startswith(_REPLY)]
        return cls(
            do=text_of(data, "do"),
            place=text_of(data, "place"),
            quote=text_of(data, "quote"),
            comment=text_of(data, "comment"),
            replies={name.removeprefix(_REPLY): text_of(data, name) for name in names},
        )

    def carry_out(
        self, session: Session, *, actor: Actor, item_id: UUID, version_seen: int, now: datetime
    ) -> CommentForm:
        """Do what the button says.

        Args:
            session: The transaction.
            actor: Who pressed it.
            item_id: The item.
            version_seen: The version that was shown.
            now: When.

        Returns:
            The form with what is left to be sent.

        Raises:
            SamatError: What the use case refuses.
        """
        if self.do == COMMENT:
            write_comment(
                session, actor=actor, item_id=item_id, text=self.comment, place=self.place, quote=self.quote,
                version_seen=version_seen, now=now,
            )  # fmt: skip
            return CommentForm(replies=self.replies)
        kind, _, name = self.do.partition("_")
        comment_id = _id(name)
        if f"{kind}_" == _REPLY:
            text = self.replies.get(name, "")
            reply_to_comment(session, actor=actor, item_id=item_id, comment_id=comment_id, text=text, now=now)
            left = {other: text for other, text in self.replies.items() if other != name}
            return CommentForm(place=self.place, quote=self.quote, comment=self.comment, replies=left)
        settled = f"{kind}_" == _SETTLE
        settle_comment(session, actor=actor, item_id=item_id, comment_id=comment_id, settled=settled, now=now)
        return self

    def field_of(self, problem: InvalidInput) -> str:
        """Name the field on the page that a problem belongs to."""
        name = str(problem.details["field"])
        if name == "text":
            return COMMENT if self.do == COMMENT else self.do
        return name


def text_of(data: FormData, name: str) -> str:
    """Give a text field without blanks around it, nothing where it is missing."""
    value = data.get(name, "")
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else ""


def _id(name: str) -> UUID:
    try:
        return UUID(name)
    except ValueError:
        raise NotFound(what="comment", name=name) from None
