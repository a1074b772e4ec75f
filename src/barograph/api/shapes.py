"""What goes over the wire: the shapes of requests and answers. Unknown fields are refused, never swallowed."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from barograph.issues.enums import IssueState, VerdictValue
from barograph.panel.services import LONGEST


class Shape(serializers.Serializer):
    """Takes the fields it names and no others."""

    def to_internal_value(self, data: Any) -> Any:
        fields = super().to_internal_value(data)
        if unknown := sorted(str(key) for key in set(data) - set(self.fields)):
            text = serializers.ErrorDetail("", code="unknown")
            raise serializers.ValidationError({name: [text] for name in unknown[:20]})
        return fields


class StrictText(serializers.CharField):
    """A string and nothing that could be read as one."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"trim_whitespace": False, "allow_blank": True, **kwargs})

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class StrictShare(serializers.FloatField):
    """A number from 0 to 1."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=0, max_value=1, **kwargs)

    def to_internal_value(self, data: Any) -> float:
        if isinstance(data, bool) or not isinstance(data, (int, float)):
            self.fail("invalid")
        return super().to_internal_value(data)


class TopicOut(serializers.Serializer):
    key = serializers.CharField()
    name = serializers.CharField()


class IssueOut(serializers.Serializer):
    key = serializers.CharField(help_text="The issue's first day; its name in every address.")
    last = serializers.DateField()
    number = serializers.IntegerField()
    state = serializers.ChoiceField(choices=IssueState.values)
    topics = TopicOut(many=True)


class Scenario(Shape):
    key = StrictText(max_length=60, required=False, help_text="Empty: made from the title.")
    title = StrictText(max_length=200, allow_blank=False)
    text = StrictText(max_length=5000, required=False)
    pros = serializers.ListField(child=StrictText(max_length=300, allow_blank=False), required=False, max_length=50)
    cons = serializers.ListField(child=StrictText(max_length=300, allow_blank=False), required=False, max_length=50)
    probability = StrictShare(required=False, allow_null=True)


class DraftLine(serializers.Serializer):
    id = serializers.IntegerField()
    issue = serializers.CharField()
    topic = serializers.CharField()
    language = serializers.CharField()
    headline = serializers.CharField(allow_blank=True)
    signed_off = serializers.BooleanField(help_text="Whether a release takes up an earlier or this text.")


class DraftOut(DraftLine):
    lede = serializers.CharField(allow_blank=True)
    body = serializers.CharField(allow_blank=True, help_text="Restricted HTML.")
    question = serializers.CharField(allow_blank=True)
    resolves_by = serializers.DateField(allow_null=True)
    resolution = serializers.CharField(allow_blank=True)
    scenarios = Scenario(many=True)


class DraftBegin(Shape):
    issue = StrictText(max_length=10)
    topic = StrictText(max_length=80)
    language = StrictText(max_length=12)


class DraftBegun(serializers.Serializer):
    id = serializers.IntegerField()


class DraftChange(Shape):
    """What is not named stays as it is."""

    headline = StrictText(max_length=300, required=False)
    lede = StrictText(max_length=5000, required=False)
    body = StrictText(max_length=300_000, required=False)
    question = StrictText(max_length=300, required=False)
    resolves_by = serializers.DateField(required=False, allow_null=True)
    resolution = StrictText(max_length=5000, required=False)
    scenarios = Scenario(many=True, required=False, max_length=20)


class RatingIn(Shape):
    value = serializers.ChoiceField(choices=VerdictValue.values)
    confidence = StrictShare(required=False, allow_null=True)
    reason = StrictText(max_length=LONGEST, required=False)


class RatingOut(serializers.Serializer):
    value = serializers.ChoiceField(choices=VerdictValue.values)
    confidence = serializers.FloatField(allow_null=True)
    reason = serializers.CharField(allow_blank=True)


class OthersRating(RatingOut):
    by = serializers.CharField(help_text="The byline of who gave it.")


class OpinionOut(serializers.Serializer):
    topic = serializers.CharField()
    own = RatingOut(allow_null=True)
    given = serializers.IntegerField(help_text="How many have rated.")
    revealed = serializers.BooleanField(help_text="Whether you may see the others' ratings.")
    ratings = OthersRating(many=True, help_text="All ratings; empty while it is blind for you.")


class TranslationLine(serializers.Serializer):
    source = serializers.IntegerField()
    issue = serializers.CharField()
    topic = serializers.CharField()
    source_language = serializers.CharField()
    language = serializers.CharField()
    state = serializers.CharField(help_text="missing, in-work, stale or ready")
    headline = serializers.CharField(allow_blank=True, help_text="The source's.")


class TranslationOut(TranslationLine):
    source_texts = serializers.DictField(child=serializers.CharField(allow_blank=True))
    texts = serializers.DictField(child=serializers.CharField(allow_blank=True), help_text="`body` is one text.")
    changed = serializers.ListField(child=serializers.CharField(), help_text="Paths that changed in the source.")


class TranslationChange(Shape):
    texts = serializers.DictField(child=StrictText(max_length=300_000), help_text="path → text, as `texts` has them.")


class Problem(serializers.Serializer):
    """RFC 9457."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    errors = serializers.ListField(child=serializers.DictField(child=serializers.CharField()), required=False)
