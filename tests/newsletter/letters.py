"""Contents to make letters of: a week of six topics in three languages, with eight weeks before it."""

import datetime

LANGUAGES = ("be", "ru", "en")
IMPRINT = {
    "name": {"be": "Сітуацыя ў Беларусі", "ru": "Ситуация в Беларуси", "en": "Situation in Belarus"},
    "languages": list(LANGUAGES),
    "lists": [
        {"key": "en", "label": "EN", "languages": ["en"]},
        {"key": "be-ru", "label": "BE/RU", "languages": ["be"]},
    ],
    "rhythm": "week",
}
WORDS = {
    "be": "Тыдзень прайшоў без рашэнняў, якія змянілі б становішча; абодва бакі чакаюць на вынікі перамоў у Мінску.",
    "ru": "Неделя прошла без решений, которые изменили бы положение; обе стороны ждут итогов переговоров в Минске.",
    "en": "The week passed without a decision that would change the state of things; both sides wait for the talks.",
}
HISTORY = ("unchanged", "worsened", "unchanged", "improved", None, "unchanged", "unchanged")
NOW = ("unchanged", "worsened", "improved", "unchanged", None, "worsened")


def commentary(language, body=""):
    words = WORDS[language]
    return {
        "headline": words.split(";")[0],
        "lede": words,
        "body": body or f'<p>{words} <a href="/{language}/about/">2020</a></p><ul><li>{words}</li></ul><p>{words}</p>',
        "source_language": "ru",
        "byline": [{"slug": "a", "name": "Вера Навальніца", "about": "", "pseudonym": False}],
        "scenarios": [
            {"key": "s", "title": words[:30], "text": words, "pros": [words], "cons": [words], "probability": 0.35}
        ],
        "question": "",
        "resolves_by": None,
        "resolution": "",
    }


def content(language, first, verdicts, *, body=""):
    """An edition's content: a topic for each verdict."""
    return {
        "schema": 1,
        "publication": {"name": IMPRINT["name"][language], "languages": list(LANGUAGES)},
        "issue": {"first": first.isoformat(), "last": (first + datetime.timedelta(6)).isoformat(), "number": 1},
        "language": language,
        "topics": [
            {
                "key": f"topic-{place}",
                "name": f"{IMPRINT['name'][language]} {place}",
                "verdict": verdict,
                "outlook": ["risk"] if place == 1 else [],
                "languages": list(LANGUAGES),
                "commentary": commentary(language, body),
            }
            for place, verdict in enumerate(verdicts)
        ],
    }


def week(language, *, topics=6, body=""):
    """The contents `bulletin.compose` is given for one language: (editions, history)."""
    start = datetime.date(2020, 8, 3)
    now = [NOW[place % len(NOW)] for place in range(topics)]
    history = []
    for number, _verdict in enumerate(HISTORY):
        verdicts = [HISTORY[(number + place * (1 + place // 7)) % len(HISTORY)] for place in range(topics)]
        history.append(content(language, start + datetime.timedelta(7 * number), verdicts))
    newest = content(language, start + datetime.timedelta(7 * len(HISTORY)), now, body=body)
    return {language: newest}, [*history, newest]
