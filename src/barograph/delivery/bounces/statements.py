"""What a report in words states: that delivery failed, that a server is still trying, that the mail arrived or lies
in quarantine; or whether a mail is a summary that is about nobody.

Only a statement that delivery failed is charged to an address, so each of the others is looked for first. A report
with machine-readable fields needs none of this: its Action field says it (RFC 3464, 2.3.3).
"""
# ruff: noqa: E501 (lists of phrases are read by the line)

from __future__ import annotations

import re
from enum import StrEnum

from barograph.delivery.bounces import judging
from barograph.delivery.bounces.reading import Incoming


class Statement(StrEnum):
    FAILED = "failed"
    DELAYED = "delayed"
    ARRIVED = "arrived"
    QUARANTINED = "quarantined"
    NONE = "none"


_STILL_TRYING = re.compile(
    r"(?:will|shall) (?:be |automatically )?(?:re-?tr(?:y|ied)|continu\w* (?:to )?(?:try|attempt|be)|keep (?:on )?trying|tr(?:y|ied) again|attempt(?:ed)? (?:again|to re))"
    r"|(?:continu\w*|keep|still|go on) (?:being )?(?:to )?(?:try|attempt|retry)\w*|has not (?:yet )?been (?:successfully )?delivered (?:yet|to)|not (?:yet )?been delivered yet|not been delivered (?:after|within|for|in)"
    r"|(?:do not|don't|no) need to (?:re-?send|do anything)|no action is (?:required|needed)|(?:this is a |it is a )?warning (?:message )?only|(?:more|further|additional|subsequent) (?:delivery )?attempts will"
    r"|delivery (?:\S+ ){0,6}(?:has been |was |is |being )(?:temporarily )?(?:delayed|deferred)|delivery (?:will be|attempts will) |(?:temporarily|has been) (?:delayed|deferred)\b|temporary problem delivering|delivery incomplete"
    r"|(?:wird|werden) (?:weiter(?:hin)?|erneut|noch)\b.{0,60}versuch|zustellung (?:wurde |ist )?verzögert|noch nicht zugestellt|verzögert sich"
    r"|(?:tentatives?|essais?) (?:de (?:remise|livraison) )?(?:se poursuiv|continu|seront)|remise (?:a été )?(?:différée|retardée)|n['’]a pas encore été"
    r"|(?:se |seguir|continu)\w* (?:intent|tent)|aún no se ha|todavía no|entrega (?:se ha )?(?:retrasad|atrasad|demorad)|ancora non|consegna (?:è stata )?ritardata"
    r"|попытк\w+(?: \S+){0,4} (?:будут|продолж|повтор)|будет (?:предпринят|повтор)|ещё не доставлен|еще не доставлен|пока не (?:доставлен|удалось|смогли)|доставка (?:\S+ ){0,3}(?:задержан|задерживается|отложен)|задержк\w+ (?:в )?доставк|повторно отправлять (?:\S+ ){0,3}не (?:нужно|надо|требуется)|не (?:нужно|надо|требуется) (?:отправлять|посылать) (?:\S+ ){0,3}(?:повторно|ещё раз|еще раз|снова)|продолж\w+ (?:попыт|пытаться)"
    r"|спроб\w+(?: \S+){0,4} (?:будуць|працяг|паўтор)|яшчэ не дастаўлен|пакуль не (?:дастаўлен|ўдалося)|дастаўк\w+ (?:\S+ ){0,3}(?:затрым|адклад)|не трэба (?:дасылаць|адпраўляць)"
    r"|(?:ще|поки|досі) не доставлен|затримк\w+ доставк|спроб\w+(?: \S+){0,4} (?:буд|трив|продовж|повтор)|не потрібно надсилати|(?:będą|będzie) (?:dalsze |kolejne |nadal )?(?:prób|ponaw|podejm)|opóźnion|doručení (?:bylo )?(?:zpožděno|odloženo)"
    r"|再送|配信(?:が|は)?(?:遅延|遅れ)|遅延しています|将继续(?:尝试|重试)|延迟|延遲",
    re.IGNORECASE,
)
#: A warning in a subject: "Warning: could not send message for past 4 hours".
_WARNING = re.compile(
    r"\s*(?:warning|delayed|delivery delayed|предупреждение|папярэджанне|warnung|attention|advertencia|avviso)\s*[:!]",
    re.IGNORECASE,
)
_DELAY = re.compile(
    r"\bdelay(?:ed)?\b|verzögert|retardée?|retrasad|задерж|затрым|отложен|opóźnion|still being retried",
    re.IGNORECASE,
)
_GAVE_UP = re.compile(
    r"giv(?:ing|en) up|gave up|permanent(?:ly)? (?:error|fail|undeliver|fatal)|permanent fatal|(?:will|shall) not (?:be )?(?:re-?tr|attempt|tr(?:y|ied))|(?:no|without) (?:further|more) (?:delivery )?attempts|won't (?:be )?(?:re-?tr|try)|retry time(?:out)? exceeded|retry limit|stopped trying"
    r"|delivery (?:has )?failed (?:permanently)|попытки (?:\S+ ){0,3}(?:прекращен|исчерпан)|больше не будет|endgültig|définitivement|definitiv",
    re.IGNORECASE,
)
_FAILED = re.compile(
    r"undeliver|(?:delivery|mail|message|sending|e-?mail)\b.{0,40}\b(?:has |have )?fail(?:ed|ure|s)?\b|fail(?:ed|ure)? (?:to (?:deliver|send|reach)|notice|delivery|recipient|permanently)|failed\b|abort(?:ed|ing)|encountered an error|non-?delivery|(?:has been|was|is being) returned|returned? (?:mail|to sender|message|undelivered)|return(?:ing|ed) (?:your |the |this )?(?:mail|message|e-?mail)"
    r"|(?:could|can|was|were|is|did|does|do|has|have) ?(?:n['o’]?t|not) (?:be |been |able to be )?(?:delivered|sent|accepted|reach|deliver)|(?:cannot|can't|couldn't|wasn't|unable to|not able to|wasn't able to|not possible to) (?:be )?(?:deliver|send|reach|transmit)|not delivered|no such (?:user|recipient|mailbox|address)|user unknown|unknown user"
    r"|(?:permanent|fatal|final|following) errors?\b|giv(?:e|ing|en) up|\brejected\b|\brefused\b|bounced?\b|does(?: ?n[o']t| not) (?:exist|have)|mailbox (?:is )?(?:full|unavailable|disabled)|not (?:been )?collected|quota\b|not found\b|error (?:message|occurred)"
    r"|unzustellbar|(?:nicht|konnte\w*) .{0,60}(?:zugestellt|zustell)|fehlgeschlagen|non (?:remis|distribu|livré|consegnat)|n['’](?:a|ont) pas (?:pu|été)|échec|impossible de|no (?:se )?(?:ha podido|pudo|puede|fue|ha sido)|no entregad|não (?:foi|pôde|pode|entregue)|impossibile|non (?:è stato|può|ha potuto|recapitat)"
    r"|не (?:был[оаи]? |может быть |могло быть |может |удалось |удаётся |удается )*(?:доставл|доставить|отправ)|недостав|не (?:дастаў|удалося даставіць|можа быць дастаўлен)|недастаў|не доставлен|не вдалося|возвращен|вернул|ошибк\w+ (?:при )?доставк|не (?:существует|найден|принят)|не існу|переполнен|перапоўн"
    r"|nie (?:został|mogł|można|udało|dostarcz)|niedostarcz|nedoruč|nebyl\w* (?:možné )?doruč|niet (?:afgeleverd|bezorgd|worden)|kunde inte|kunne ikke|ei voitu|nem (?:sikerült|kézbesít)|nu a (?:putut|fost)|teslim edilemedi|iletilemedi"
    r"|配信できません|送信できません|届けられません|配達できません|不達|見つかりません|エラー|无法(?:投递|发送|送达)|退信|投递失败|未能送达|無法傳遞|반송|전송 ?실패|전달되지",
    re.IGNORECASE,
)
_ARRIVED = re.compile(
    r"delivery to (?:these|the following) recipients? (?:or groups? )?(?:is|was) complete|(?:has|have|was|were) (?:been )?(?:successfully|sucessfully) (?:delivered|relayed|sent)|successful(?:ly)? (?:mail )?deliver|(?:your|this|the) (?:message|mail|e-?mail) (?:has been|was) (?:delivered|relayed|received)\b"
    r"|delivery (?:status notification )?\((?:success|relay(?:ed)?)\)|^\s*(?:relayed|delivered|expanded)\s*:|delivery (?:confirmation|receipt)|wurde (?:erfolgreich )?zugestellt|a (?:bien )?été (?:remis|distribué|livré)|(?:был[оа]?|успешно) (?:успешно )?доставлен|доставк\w+ .{0,80}заверш[её]н\w*(?:,? но .{0,60}не отправил\w* уведомлени\w*)?|дастаўк\w+ .{0,80}завершан\w*(?:,? але .{0,60}не адправіў\w* апавяшчэнн\w*)?|дастаўлены? паспяхова|паспяхова дастаўлен",
    re.IGNORECASE | re.MULTILINE,
)
_QUARANTINED = re.compile(r"quarantin|quarantän|cuarentena|карантин|карантын|隔離|隔离", re.IGNORECASE)
_WAITS = re.compile(
    r"spam (?:digest|summary|report|notification)|held (?:for|in|until|by|back|pending)\b|(?:is|was|has been|being) held\b|(?:awaits?|awaiting|waiting for|requires|pending) (?:the )?(?:moderat|approv|review|release)|moderator approval"
    r"|release (?:it|this|the|your) (?:message|mail|e-?mail)?|на модераци|на мадэрацы",
    re.IGNORECASE,
)
#: … and where someone asks the sender to prove that they are a person.
_CHALLENGE = re.compile(
    r"\btmda\b|challenge[- ]response|(?:confirm|verify|prove) that you (?:are|'re|sent)|(?:sender|your) (?:verification|confirmation) (?:is )?(?:required|needed|request)|please (?:confirm|verify) (?:your|that|the)|(?:click|reply|follow|visit)\b.{0,80}\b(?:to (?:have|get|let) (?:your|this|it)|so that your|to (?:confirm|verify|authenticate|release|deliver))"
    r"|one[- ]time (?:verification|confirmation)|spam ?arrest|boxbe|(?:подтвердите|пацвердзіце),? (?:что|што) вы|для доставки .{0,40}(?:перейдите|подтвердите)",
    re.IGNORECASE,
)
#: Summaries of what a domain received: DMARC (RFC 7489, 7.2.1.1), TLS (RFC 8460, 5.3).
_SUMMARY_SUBJECT = re.compile(
    r"report[- _]?domain\s*:|report[- _]?id\s*:|\bsubmitter\s*:|\bdmarc (?:aggregate|report|xml|summary)|\b(?:aggregate|rua) report\b|\btls(?:-|\s)?(?:rpt|report)",
    re.IGNORECASE,
)
_SUMMARY_FILE = re.compile(
    r"^[^!\s]+![^!\s]+!\d+!\d+(?:![^!\s]+)?\.(?:xml|zip|gz|xml\.gz|json|json\.gz)$", re.IGNORECASE
)
_REFUSAL = re.compile(r"(?<![\d.:/@#-])5\d\d[\s-]|(?<![\d.])5\.\d{1,3}\.\d{1,3}(?![\d.]*\d)")


def is_summary(mail: Incoming) -> bool:
    """Whether a mail is a provider's summary about our domain: it is about nobody."""
    if _SUMMARY_SUBJECT.search(mail.subject):
        return True
    if str(mail.message.get_param("report-type", "")).lower() in {"tlsrpt", "dmarc"}:
        return True
    return any(_SUMMARY_FILE.match(str(part.get_filename("") or "")) for part in mail.parts)


def statement_of(mail: Incoming, text: str) -> Statement:
    """What a report states in the part of its words that is about one recipient (the whole text where it is one)."""
    text = text[:6000]
    head = f"{mail.subject}\n{text}"
    has_given_up = bool(_GAVE_UP.search(head))
    if not has_given_up and (_STILL_TRYING.search(text) or _is_warning(mail.subject, text)):
        return Statement.DELAYED
    if not _REFUSAL.search(text) and _waits(mail.subject, text):
        return Statement.QUARANTINED
    if has_given_up or _REFUSAL.search(text) or judging.says_why(text) or _FAILED.search(head):
        return Statement.ARRIVED if _arrived_alone(head) else Statement.FAILED
    return Statement.ARRIVED if _ARRIVED.search(head) else Statement.NONE


def _is_warning(subject: str, text: str) -> bool:
    """A subject that begins like a warning; one that speaks of a delay, unless it is our own behind a failure."""
    if judging.says_for_good(text):
        return False
    return bool(_WARNING.match(subject) or (_DELAY.search(subject) and not _FAILED.search(subject)))


def _waits(subject: str, text: str) -> bool:
    """Whether the mail lies in quarantine, with a moderator, or until its sender has answered.

    A subject that speaks of failure ends in ours, and the text may quote ours: then only plain words count.
    """
    if _FAILED.search(subject):
        return bool(_QUARANTINED.search(text))
    whole = f"{subject}\n{text}"
    return bool(_QUARANTINED.search(whole) or _WAITS.search(whole) or _CHALLENGE.search(text))


def _arrived_alone(text: str) -> bool:
    """Whether a text states success, and a failure in no sentence of its own."""
    return bool(_ARRIVED.search(text)) and not (_FAILED.search(_ARRIVED.sub(" ", text)) or _REFUSAL.search(text))
