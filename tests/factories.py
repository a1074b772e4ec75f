"""Small true-to-life things for tests. Texts are made up."""

import datetime

import factory

from barograph.commentaries.models import Commentary, CommentaryByline
from barograph.issues.models import Issue, Topic
from barograph.people.models import Person, User


def in_three(text: str) -> dict[str, str]:
    return {"be": f"{text} па-беларуску", "ru": f"{text} по-русски", "en": text}


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"user-{n}")
    email = factory.LazyAttribute(lambda o: f"{o.username}@example.org")
    password = factory.django.Password("barograph-test")
    is_active = True


class PersonFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Person

    slug = factory.Sequence(lambda n: f"analyst-{n}")
    names = factory.LazyAttribute(lambda o: in_three(o.slug.title()))
    about = factory.LazyFunction(lambda: in_three("An invented analyst."))


class TopicFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Topic

    key = factory.Sequence(lambda n: f"topic-{n}")
    names = factory.LazyAttribute(lambda o: in_three(o.key.title()))
    position = factory.Sequence(lambda n: n)


class IssueFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Issue

    number = factory.Sequence(lambda n: n + 1)
    first = factory.LazyAttribute(lambda o: datetime.date(2020, 8, 3) + datetime.timedelta(weeks=o.number - 1))
    last = factory.LazyAttribute(lambda o: o.first + datetime.timedelta(days=6))


class CommentaryFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Commentary
        skip_postgeneration_save = True

    issue = factory.SubFactory(IssueFactory)
    topic = factory.SubFactory(TopicFactory)
    language = "ru"
    headline = factory.LazyAttribute(lambda o: f"Headline in {o.language}")
    lede = "A lede."
    body = "<p>A body.</p>"
    live = True

    @factory.post_generation
    def by(self, create, people, **_kwargs):
        if not create or self.source_id:
            return
        for person in people or [PersonFactory()]:
            CommentaryByline.objects.create(commentary=self, person=person)


def translated(source: Commentary, language: str, **kwargs) -> Commentary:
    """A translation of `source`, ready."""
    kwargs.setdefault("headline", f"Headline in {language}")
    kwargs.setdefault("scenarios", source.scenarios)
    return CommentaryFactory(issue=source.issue, topic=source.topic, source=source, language=language, **kwargs)
