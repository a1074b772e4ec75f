"""A public byline never leads to a login."""

from barograph.people.models import Pen, Person
from tests.factories import PersonFactory, UserFactory


def test_a_byline_knows_no_sign_in(db):
    person = PersonFactory()
    Pen.objects.create(user=UserFactory(password=None), person=person)
    reached = {field.related_model for field in Person._meta.get_fields() if field.is_relation and not field.hidden}
    assert Pen not in reached
    assert not hasattr(person, "pen_set")
