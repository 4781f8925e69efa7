"""Keeping images: by whom, once each, and giving them out."""

from __future__ import annotations

import pytest
from sqlmodel import func, select

from itembank import audit
from itembank.database import Database
from itembank.errors import InvalidInput, NotAllowed, NotFound
from itembank.media.cleaning import clean_image
from itembank.media.images import image, image_mark, image_sizes, store_clean_image, store_image
from itembank.tables import Media
from tests.itembank.media.pictures import picture
from tests.support.institution import NOON, Institution


def test_the_same_image_is_kept_once_and_comes_out_as_it_is(database: Database, institution: Institution) -> None:
    photograph = picture(kind="JPEG", colour=(10, 200, 90))
    with database.writing() as session:
        kept = store_image(session, actor=institution["writer"], data=photograph, now=NOON)
        again = store_image(session, actor=institution["writer2"], data=photograph, now=NOON)
        out = image(session, image_id=kept.id)
        # What was given out and comes back, as from another system, is not written anew once more.
        back = store_image(session, actor=institution["writer"], data=out.data, now=NOON)
    assert kept == again == back
    assert out == clean_image(photograph)
    with database.reading() as session:
        assert session.exec(select(func.count()).select_from(Media)).one() == 1
        assert image_sizes(session, ids=[kept.id, "0" * 64]) == {kept.id: (40, 20)}
        entries = audit.list_entries(session, actor=institution["administrator"], subject=kept.id)
        assert [entry.action for entry in entries] == ["image.store"]
        with pytest.raises(NotFound):
            image(session, image_id="0" * 64)


def test_only_item_writers_store_and_nothing_refused_is_kept(database: Database, institution: Institution) -> None:
    for username in ("candidate", "reviewer", "psychometrician", "administrator", "judge"):
        with pytest.raises(NotAllowed), database.writing() as session:
            store_image(session, actor=institution[username], data=picture(), now=NOON)
        with pytest.raises(NotAllowed), database.writing() as session:
            store_clean_image(session, actor=institution[username], image=clean_image(picture()), now=NOON)
    with pytest.raises(InvalidInput), database.writing() as session:
        store_image(session, actor=institution["writer"], data=b"<svg/>", now=NOON)
    with database.reading() as session:
        assert session.exec(select(Media)).all() == []


def test_the_mark_of_an_image_can_be_read_whatever_its_words_are() -> None:
    assert image_mark("a" * 64, alternative="ผัง [1]\n(ก)") == f"![ผัง (1) (ก)](media:{'a' * 64})"
