# ruff: noqa: E501 (mails are read by the line)
"""Mails that came back, in our own words, with invented addresses; one for each family of rules."""

from __future__ import annotations

REPORT = """\
From: MAILER-DAEMON@mx.example.net (Mail Delivery System)
To: news@example.org
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B1"

--B1
Content-Type: text/plain; charset=utf-8

{human}

--B1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net
Arrival-Date: Mon, 3 Aug 2020 10:00:00 +0000

{fields}

--B1
Content-Type: message/rfc822

From: news@example.org
To: ala@example.com
Subject: The week

Text of the letter, mailbox full, no such user.
--B1--
"""

PLAIN = """\
Return-Path: <>
From: {sender}
To: news@example.org
Subject: {subject}
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

{text}
"""


def report(*, action: str = "failed", status: str = "5.0.0", said: str = "", human: str = "Not delivered.") -> bytes:
    """A delivery status about ala@example.com."""
    fields = f"Final-Recipient: rfc822; ala@example.com\nAction: {action}\nStatus: {status}"
    if said:
        fields += f"\nDiagnostic-Code: smtp; {said}"
    return REPORT.format(human=human, fields=fields).encode()


def plain(
    text: str, *, sender: str = "Mail Delivery Subsystem <MAILER-DAEMON@mx.example.net>", subject: str = "Returned mail"
) -> bytes:
    """A report in words alone."""
    return PLAIN.format(sender=sender, subject=subject, text=text).encode()


#: Server answers (status, words) that mean: there is nobody here.
NOBODY = [
    ("5.1.1", "550 5.1.1 <ala@example.com>: Recipient address rejected: User unknown in virtual mailbox table"),
    ("5.0.0", "550 No such user here"),
    ("5.0.0", "550 sorry, no mailbox here by that name (#5.1.1)"),
    ("5.7.1", "550 5.7.1 No such recipient ala@example.com"),
    (
        "5.0.0",
        "550-5.1.1 The mail account you want does not\n 550-5.1.1 exist. Look for typing errors.\n 550 5.1.1 Learn more",
    ),
    ("5.1.10", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup"),
    (
        "5.0.0",
        "550 Message was not accepted -- invalid mailbox. Local mailbox ala@example.com is unavailable: user not found",
    ),
    ("5.0.0", "550 Requested action not taken: mailbox unavailable"),
    ("5.1.2", "Host or domain name not found. Name service error for name=nowhere.example type=A: Host not found"),
    ("5.4.4", "[nowhere.example]: Name or service not known"),
    ("5.1.6", "551 5.1.6 The recipient has moved to another place"),
    ("5.0.0", "556 Domain does not accept mail (nullMX)"),
    ("5.0.0", "550 Пользователь с таким адресом не найден"),
    ("5.0.0", "550 Такога адрасата: карыстальнік не існуе"),
    ("5.0.0", "550 Empfänger unbekannt"),
    ("5.0.0", "550 Cet utilisateur est inconnu"),
    ("5.0.0", "550 El usuario indicado no existe"),
    ("5.0.0", "550 O destinatário não existe"),
    ("5.0.0", "550 L'utente è sconosciuto"),
    ("5.0.0", "550 Odbiorca nie istnieje"),
    ("5.0.0", "550 宛先のユーザは存在しません"),
    ("5.0.0", "550 用户不存在"),
]

#: Server answers that must not silence a reader.
MAY_PASS = [
    ("5.2.2", "552 5.2.2 The mailbox is over quota"),
    ("5.1.1", "550 5.1.1 Mailbox full, cannot take more"),
    ("5.0.0", "550 Почтовый ящик переполнен"),
    ("5.0.0", "552 Скрыня перапоўненая"),
    ("5.0.0", "552 Das Postfach ist voll"),
    ("5.0.0", "552 Votre correspondant a sa boîte pleine"),
    ("5.0.0", "552 El buzón está lleno"),
    ("5.7.1", "550 5.7.1 This looks like spam and is refused"),
    ("5.7.1", "554 5.7.1 Service unavailable; client host [192.0.2.1] blocked using a block list"),
    ("5.7.26", "550 5.7.26 This mail is unauthenticated: neither SPF nor DKIM passed"),
    ("5.1.8", "553 5.1.8 <news@example.org>: Sender address rejected: Domain not found"),
    ("5.0.0", "550 Verification failed for <news@example.org>: no such user: sender verify failed"),
    ("5.3.4", "552 5.3.4 Message size exceeds fixed limit"),
    ("5.2.3", "550 5.2.3 The message is too large for this recipient"),
    ("4.7.1", "450 4.7.1 <ala@example.com>: Recipient address rejected: Greylisted, come back in five minutes"),
    ("5.0.0", "451 4.3.0 Temporary lookup failure"),
    ("5.4.7", "Delivery time expired: the server did not answer for five days"),
    ("5.4.4", "Host not found, try again"),
    ("5.2.1", "550 5.2.1 This account is disabled"),
    ("5.7.1", "550 5.7.1 Relaying denied"),
    ("5.4.6", "554 5.4.6 Too many hops, mail loop"),
    ("4.2.1", "421 4.2.1 Too many connections from your address"),
]

#: Reports in words alone: (text, subject, whom, kind).
IN_WORDS = [
    (
        "Hi. This is the qmail-send program at mx.example.net.\nI'm afraid I wasn't able to deliver your message to the following addresses.\n"
        "This is a permanent error; I've given up. Sorry it didn't work out.\n\n<ala@example.com>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n"
        "--- Below this line is a copy of the message.\n\nTo: ala@example.com\n",
        "failure notice", ["ala@example.com"], "permanent",
    ),
    (
        "This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its\n"
        "recipients. The following address(es) failed:\n\n  ala@example.com\n    mailbox is full: retry timeout exceeded\n\n"
        "------ This is a copy of the message, including all the headers. ------\n\nTo: ala@example.com\n",
        "Mail delivery failed: returning message to sender", ["ala@example.com"], "transient",
    ),
    (
        "   ----- The following addresses had permanent fatal errors -----\n<ala@example.com>\n    (reason: 550 5.1.1 User unknown)\n\n"
        "   ----- Transcript of session follows -----\n>>> RCPT To:<ala@example.com>\n<<< 550 5.1.1 User unknown\n",
        "Returned mail: see transcript for details", ["ala@example.com"], "permanent",
    ),
    (
        "Ваше письмо не доставлено.\n\nАдрес: ala@example.com\nПричина: такого пользователя нет, почтовый ящик не существует.\n",
        "Недоставленное сообщение", ["ala@example.com"], "permanent",
    ),
    (
        "Ліст не дастаўлены.\n\nАтрымальнік: ala@example.com\nПрычына: скрынка перапоўненая, паспрабуйце пазней.\n",
        "Undelivered mail", ["ala@example.com"], "transient",
    ),
    (
        "Ihre Nachricht konnte nicht zugestellt werden.\n\n  ala@example.com\n  Empfängeradresse existiert nicht\n\nBei Fragen: support@example.net\n",
        "Unzustellbar: Die Woche", ["ala@example.com"], "permanent",
    ),
    (
        "送信先のメールアドレスが見つかりません。\n\n<ala@example.com>\n",
        "Undeliverable", ["ala@example.com"], "permanent",
    ),
    (
        "Your mail sent on: Mon, 3 Aug 2020\n     Could not be delivered to: <ala@example.com>\n     As their mailbox is full.\n\nFor help contact desk@example.net\n",
        "Mail error",
        ["ala@example.com"],
        "transient",
    ),
    (
        "Delivery failed for two people.\n\n<ala@example.com>: User unknown\n\n<bob@example.com>: The mailbox is full\n",
        "Mail delivery failed", ["ala@example.com", "bob@example.com"], None,
    ),
]  # fmt: skip

COMPLAINT = b"""\
From: feedback@provider.example
To: news@example.org
Subject: FW: The week
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="B2"

--B2
Content-Type: text/plain

This is a complaint about a mail.

--B2
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Provider/1.0
Version: 1
Original-Rcpt-To: <ala@example.com>

--B2
Content-Type: message/rfc822

From: news@example.org
To: ala@example.com
Subject: The week

Text
--B2--
"""

RECEIPT = b"""\
From: ala@example.com
To: news@example.org
Subject: Read: The week
MIME-Version: 1.0
Content-Type: multipart/report; report-type=disposition-notification; boundary="B3"

--B3
Content-Type: text/plain

It was shown.

--B3
Content-Type: message/disposition-notification

Final-Recipient: rfc822;ala@example.com
Disposition: manual-action/MDN-sent-manually; displayed

--B3--
"""

REFUSING_RECEIPT = RECEIPT.replace(b"displayed", b"deleted").replace(b"It was shown.", b"Refused: quota exceeded")

MARKUP = b"""\
From: postmaster@example.net
To: news@example.org
Subject: Undeliverable: The week
MIME-Version: 1.0
Content-Type: text/html; charset=utf-8

<html><head><title>x</title></head><body><p>Delivery has failed to these recipients:</p>
<p><a href="mailto:ala@example.com">ala@example.com</a><br>The address you typed wasn't found.</p>
<hr><p>Original message headers:</p><p>To: bob@example.com</p></body></html>
"""

#: Answers of machines: (headers, text).
ANSWERS = [
    ("Subject: The week\nAuto-Submitted: auto-replied", "I read mail on Mondays."),
    ("Subject: Out of office: The week", "I am back on Monday."),
    ("Subject: Автоответ: неделя", "Я в отпуске до понедельника."),
    ("Subject: Аўтаадказ: тыдзень", "Вярнуся ў панядзелак."),
    ("Subject: Automatische Antwort: Die Woche", "Zurück am Montag."),
    ("Subject: Réponse automatique : la semaine", "De retour lundi."),
    ("Subject: =?utf-8?b?6Ieq5YuV5b+c562UOiBOZXdz?=", "..."),
    ("Subject: Re: The week\nX-Autoreply: yes", "Thanks."),
    ("Subject: Re: The week\nPrecedence: auto_reply", "Thanks."),
]

#: Mail that is nobody's report.
NO_REPORT = [
    b"From: ala@example.com\nTo: news@example.org\nSubject: Thank you\n\nMy mailbox was full and the user unknown, but bob@example.com reads you.\n",
    b"From: ala@example.com\nTo: news@example.org\nSubject: Re: The week\n\nYes.\n",
    b"",
    b"\x00\xff\xfe rubbish",
]


def answer(headers: str, text: str) -> bytes:
    return f"From: Ala <ala@example.com>\nTo: news@example.org\n{headers}\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n{text}\n".encode()
