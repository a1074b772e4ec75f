"""Addresses of the public site as this layer writes them into feeds and maps. They never change (CONTRACT.md)."""

from __future__ import annotations


def home(language: str) -> str:
    return f"/{language}/"


def issue(language: str, first: str) -> str:
    return f"/{language}/{first}/"


def commentary(language: str, first: str, topic: str) -> str:
    return f"/{language}/{first}/{topic}/"


def topic(language: str, key: str) -> str:
    return f"/{language}/topics/{key}/"


def person(language: str, slug: str) -> str:
    return f"/{language}/people/{slug}/"


def edition_data(first: str, language: str) -> str:
    return f"/data/editions/{first}.{language}.json"
