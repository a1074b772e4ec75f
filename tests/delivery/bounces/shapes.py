# ruff: noqa: E501 (mails are read by the line)
"""Shapes of reports that other mail software writes, with invented addresses: what each says, and whether it counts."""

from __future__ import annotations

from tests.delivery.bounces import samples

RETURNED = "\n--B1\nContent-Type: message/rfc822\n\nFrom: news@example.org\nTo: ala@example.com\nSubject: The week\n\nText\n--B1--\n"


def dsn(
    fields: str,
    *,
    human: str = "",
    subject: str = "Delivery Status Notification",
    sender: str = "MAILER-DAEMON@mx.example.net",
) -> bytes:
    """A report with these fields of recipients (RFC 3464)."""
    return (
        f'From: {sender}\nTo: news@example.org\nSubject: {subject}\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary="B1"\n\n'
        f"--B1\nContent-Type: text/plain; charset=utf-8\n\n{human}\n\n--B1\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.net\n\n{fields}\n{RETURNED}"
    ).encode()


def feedback(kind: str, *, more: str = "", named: str = "Original-Rcpt-To: <ala@example.com>\n") -> bytes:
    """A feedback report of this type (RFC 5965)."""
    raw = samples.COMPLAINT.replace(b"Feedback-Type: abuse", f"Feedback-Type: {kind}{more}".encode())
    return raw.replace(b"Original-Rcpt-To: <ala@example.com>\n", named.encode())


def receipt(disposition: str, text: str, *, subject: str = "Read: The week") -> bytes:
    """A receipt (RFC 8098)."""
    raw = samples.RECEIPT.replace(b"displayed", disposition.encode()).replace(b"It was shown.", text.encode())
    return raw.replace(b"Read: The week", subject.encode())


ALA = "Final-Recipient: rfc822; ala@example.com\n"
#: name: (mail, kind, counts), each about ala@example.com alone.
SHAPES: dict[str, tuple[bytes, str, bool]] = {
    "postfix, gone": (dsn(ALA + "Original-Recipient: rfc822;ala@example.com\nAction: failed\nStatus: 5.1.1\nRemote-MTA: dns; mx.example.com\nDiagnostic-Code: smtp; 550 5.1.1 <ala@example.com>: Recipient address rejected: User unknown"), "permanent", True),
    "postfix, still trying": (dsn(ALA + "Action: delayed\nStatus: 4.4.1\nDiagnostic-Code: X-Postfix; connect to mx.example.com[192.0.2.1]:25: Connection timed out\nWill-Retry-Until: Sat, 8 Aug 2020 10:00:00 +0000", human="Your message could not be delivered for more than 4 hour(s).\nIt will be retried until it is 5 day(s) old.", subject="Delayed Mail (still being retried)"), "transient", False),
    "postfix, gave up": (dsn(ALA + "Action: failed\nStatus: 4.4.1\nDiagnostic-Code: X-Postfix; connect to mx.example.com[192.0.2.1]:25: Connection timed out", subject="Undelivered Mail Returned to Sender"), "transient", True),
    "sendmail, warning": (dsn(ALA + "Action: delayed\nStatus: 4.4.1\nDiagnostic-Code: smtp; 450 User unknown", human="    **********************************************\n    **      THIS IS A WARNING MESSAGE ONLY      **\n    **  YOU DO NOT NEED TO RESEND YOUR MESSAGE  **\n    **********************************************", subject="Warning: could not send message for past 4 hours"), "transient", False),
    "delayed, though it says gone": (dsn(ALA + "Action: Delayed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 User unknown"), "transient", False),
    "office 365, delayed": (dsn(ALA + "Action: delayed\nStatus: 4.4.7\nDiagnostic-Code: smtp;400 4.4.7 Message delayed", human="Delivery is delayed to these recipients or groups:\n\nala@example.com\n\nThis message hasn't been delivered yet. Delivery will continue to be attempted.", subject="Delivery delayed: The week"), "transient", False),
    "office 365, relayed": (dsn(ALA + "Action: relayed\nStatus: 2.0.0", human="Delivery to these recipients or groups is complete, but no delivery notification was sent by the destination server:\n\nala@example.com", subject="Relayed: The week"), "delivered", False),
    "expanded": (dsn(ALA + "Action: expanded\nStatus: 2.0.0", subject="Expanded: The week"), "delivered", False),
    "delivered, with a comment": (dsn(ALA + "Action: delivered (to mailbox)\nStatus: 2.1.5"), "delivered", False),
    "office 365, gone": (dsn(ALA + "Action: failed\nStatus: 5.1.10\nDiagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient ala@example.com not found by SMTP address lookup", subject="Undeliverable: The week"), "permanent", True),
    "exchange, full": (dsn(ALA + "Action: failed\nStatus: 5.2.2\nDiagnostic-Code: smtp;554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException", subject="Undeliverable: The week"), "transient", True),
    "gmail, full": (dsn(ALA + "Action: failed\nStatus: 4.2.2\nDiagnostic-Code: smtp; 452-4.2.2 The recipient's inbox is out of storage space.", subject="Delivery Status Notification (Failure)"), "transient", True),
    "gmail, delay": (dsn(ALA + "Action: delayed\nStatus: 4.4.1", human="** Delivery incomplete **\n\nThere was a temporary problem delivering your message to ala@example.com. Gmail will retry for 46 more hours.", subject="Delivery Status Notification (Delay)"), "transient", False),
    "our name is not trusted": (dsn(ALA + "Action: failed\nStatus: 5.7.26\nDiagnostic-Code: smtp; 550 5.7.26 This mail has been blocked because the sender is unauthenticated."), "transient", False),
    "we are on a list": (dsn(ALA + "Action: failed\nStatus: 5.7.1\nDiagnostic-Code: smtp; 554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org"), "transient", False),
    "no reason": (dsn(ALA + "Action: failed\nStatus: 5.0.0"), "unknown", True),
    "no action, a failing status": (dsn(ALA + "Status: 5.1.1"), "permanent", True),
    "no action, no status, words": (dsn(ALA + "Diagnostic-Code: smtp; 550 5.1.1 user unknown"), "permanent", True),
    "no action, no failure": (dsn(ALA, human="A note about your message."), "unknown", False),
    "no action, a temporary status, still trying": (dsn(ALA + "Status: 4.2.2", human="The mailbox is full. We will continue to try for three days.", subject="Warning"), "transient", False),
    "no action, and it arrived": (dsn(ALA + "Status: 2.1.5"), "delivered", False),
    "action in capitals": (dsn(ALA + "Action: FAILED\nStatus: 5.1.1"), "permanent", True),
    "action misspelt": (dsn(ALA + "Action: failure\nStatus: 5.1.1"), "permanent", True),
    "yandex, gone": (dsn(ALA + "Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.7.1 No such user!", human="Это письмо создано автоматически сервером Яндекс.Почты. Ваше письмо не доставлено.", subject="=?utf-8?b?0J3QtdC00L7RgdGC0LDQstC70LXQvdC90L7QtQ==?="), "permanent", True),
    "mail.ru, full": (samples.plain("Это письмо создано автоматически почтовой системой Mail.ru.\n\nВаше письмо не может быть доставлено получателю:\n\nala@example.com\n\nПочтовый ящик переполнен.\n", subject="Недоставленное сообщение"), "transient", True),
    "in Russian, still trying": (samples.plain("Ваше письмо пока не доставлено:\n\n  ala@example.com\n\nСервер получателя не отвечает. Попытки доставки будут продолжены ещё 3 дня, отправлять письмо повторно не нужно.\n", subject="Предупреждение: задержка доставки"), "transient", False),
    "in Belarusian, still trying": (samples.plain("Ваш ліст пакуль не дастаўлены:\n\n  ala@example.com\n\nСпробы даставіць яго будуць працягнутыя.\n", subject="Затрымка дастаўкі"), "transient", False),
    "in German, still trying": (samples.plain("Ihre Nachricht wurde noch nicht zugestellt:\n\n  ala@example.com\n\nDie Zustellung wird weiterhin versucht.\n", subject="Zustellung verzögert"), "transient", False),
    "in Ukrainian, still trying": (samples.plain("Ваш лист поки не доставлено:\n\n  ala@example.com\n\nСпроби доставки триватимуть.\n", subject="Затримка доставки"), "transient", False),
    "in French, still trying": (samples.plain("Votre message n'a pas encore été remis à :\n\n  ala@example.com\n\nLes tentatives de remise se poursuivront.\n", subject="Remise différée"), "transient", False),
    "in Chinese, still trying": (samples.plain("邮件尚未送达:\n\n  ala@example.com\n\n系统将继续尝试投递。\n", subject="邮件延迟"), "transient", False),
    "in Russian, by Yandex, still trying": (samples.plain("Ваше письмо не может быть отправлено одному или нескольким адресатам в течение 4 часов. Сервер продолжит попытки доставки.\n\nala@example.com: connect to mx.example.com: Connection timed out\n", sender="mailer-daemon@mx.example.net", subject="Задержка доставки письма"), "transient", False),
    "in Russian, relayed, in words": (samples.plain("Доставка следующим получателям завершена, но сервер назначения не отправил уведомление о доставке:\n\nala@example.com\n", sender="postmaster@mx.example.net", subject="Ретрансляция: Неделя"), "delivered", False),
    "a virus was taken out": (samples.plain("A virus was found in your message to ala@example.com. It was removed and the message was delivered.\n", sender="postmaster@mx.example.net", subject="Virus alert"), "delivered", False),
    "exim, warning": (samples.plain("This message was created automatically by mail delivery software.\nA message that you sent has not yet been delivered to one or more of its\nrecipients after more than 24 hours on the queue on mx.example.net.\n\nThe address to which the message has not yet been delivered is:\n\n  ala@example.com\n    host mx.example.com [192.0.2.1]: 450 4.1.1 user unknown\n\nNo action is required on your part. Delivery attempts will continue for\nsome time. Eventually the mail delivery software will give up,\nand when that happens, the message will be returned to you.\n", subject="Warning: message 1abcde-000123-AB delayed 24 hours"), "transient", False),
    "qmail, gone": (samples.plain("Hi. This is the qmail-send program at mx.example.net.\nI'm afraid I wasn't able to deliver your message to the following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n<ala@example.com>:\n192.0.2.1 does not like recipient.\nRemote host said: 550 5.1.1 no such user\nGiving up on 192.0.2.1.\n", subject="failure notice"), "permanent", True),
    "gone, our subject speaks of a delay": (samples.plain("Delivery to the following recipient failed permanently:\n\n     ala@example.com\n\n550 5.1.1 no such user\n", subject="Undeliverable: Delayed reforms"), "permanent", True),
    "a warning that says there is nobody": (samples.plain("ala@example.com - no such user here.\n\nThere is no user by that name at this server.\n", subject="Warning: ala@example.com - User unknown!"), "permanent", True),
    "quarantine": (samples.plain("Your message to ala@example.com was held in quarantine. To release it, follow the link: https://mx.example.net/release\n", sender="postmaster@mx.example.net", subject="Message quarantined"), "unknown", False),
    "quarantine, not delivered": (samples.plain("Your message to the following recipient was not delivered:\n\nala@example.com\n\nIt has been quarantined as possible spam.\n", sender="postmaster@mx.example.net", subject="Message quarantined"), None, False),
    "in Russian, quarantine": (samples.plain("Письмо для ala@example.com помещено в карантин.\n", sender="postmaster@mx.example.net", subject="Карантин"), None, False),
    "waits for a moderator": (samples.plain("Your mail to ala@example.com is being held until the list moderator can review it for approval.\n", sender="postmaster@mx.example.net", subject="Your message awaits moderator approval"), None, False),
    "challenge": (samples.plain("ala@example.com uses a challenge-response system. Please confirm that you sent this message by following the link.\n", sender="postmaster@mx.example.net", subject="Please confirm your message"), None, False),
    "arrived, in words": (samples.plain("Your message was successfully delivered to:\n\nala@example.com\n", sender="postmaster@mx.example.net", subject="Delivery Status Notification (Success)"), "delivered", False),
    "in Russian, arrived": (samples.plain("Ваше письмо успешно доставлено:\n\nala@example.com\n", sender="postmaster@mx.example.net", subject="Уведомление о доставке"), "delivered", False),
    "a note that says nothing": (samples.plain("We have changed our system. About ala@example.com\n", sender="postmaster@mx.example.net", subject="Information"), "unknown", False),
    "abuse": (feedback("abuse"), "complaint", False),
    "fraud": (feedback("fraud"), "complaint", False),
    "opt-out": (feedback("opt-out"), "complaint", False),
    "abuse, with a comment": (feedback("Abuse (reported by the user)"), "complaint", False),
    "not spam": (feedback("not-spam"), "unknown", False),
    "not spam, in capitals": (feedback("NOT-SPAM"), "unknown", False),
    "authentication, delivered": (feedback("auth-failure", more="\nAuth-Failure: dmarc\nDelivery-Result: delivered"), "unknown", False),
    "dmarc": (feedback("dmarc"), "unknown", False),
    "a type nobody knows": (feedback("x-experiment"), "unknown", False),
    "receipt, displayed": (receipt("displayed", "It was shown."), "delivered", False),
    "receipt, deleted unread": (receipt("deleted", "Your message was deleted without being read.", subject="Not read: The week"), "delivered", False),
    "in Russian, deleted unread": (receipt("deleted", "Ваше сообщение для адресата ala@example.com удалено без прочтения.", subject="Not read: The week"), "delivered", False),
    "receipt, denied": (receipt("denied", "The recipient does not exist for receipts."), "delivered", False),
    "receipt, processed with an error": (receipt("processed/error", "No such user."), "delivered", False),
    "raw 8-bit headers": ("From: Почтовая система <mailer-daemon@post.example.net>\nTo: news@example.org\nSubject: Письмо не доставлено\nContent-Type: text/plain; charset=utf-8\n\nПисьмо не доставлено.\n\nala@example.com: нет такого пользователя\n".encode(), "permanent", True),
    "raw 8-bit headers in KOI8-R": ("From: Почтовая система <mailer-daemon@post.example.net>\nTo: news@example.org\nSubject: Письмо не доставлено\nContent-Type: text/plain; charset=koi8-r\n\nПисьмо не доставлено.\n\nala@example.com: нет такого пользователя\n".encode("koi8-r"), "permanent", True),
    "fields encoded in base64": (dsn("@@").replace(b"Content-Type: message/delivery-status\n", b"Content-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n").replace(b"Reporting-MTA: dns; mx.example.net\n\n@@", b"UmVwb3J0aW5nLU1UQTogZG5zOyBteC5leGFtcGxlLm5ldAoKRmluYWwtUmVjaXBpZW50OiByZmM4MjI7IGFsYUBleGFtcGxlLmNvbQpBY3Rpb246IGRlbGF5ZWQKU3RhdHVzOiA0LjQuMQo="), "transient", False),
    "structure lost": (samples.plain("Reporting-MTA: dns; mx.example.net\n\nFinal-Recipient: rfc822; ala@example.com\nAction: delayed\nStatus: 4.4.1\n", subject="Warning"), "transient", False),
    "boundary missing": (dsn(ALA + "Action: failed\nStatus: 5.1.1").replace(b"\n--B1--\n", b"\n"), "permanent", True),
    "an alias, one arrived": (dsn("Original-Recipient: rfc822; ala@example.com\nFinal-Recipient: rfc822; one@example.com\nAction: failed\nStatus: 5.1.1\n\nOriginal-Recipient: rfc822; ala@example.com\nFinal-Recipient: rfc822; two@example.com\nAction: delivered\nStatus: 2.1.5"), "delivered", False),
    "delayed, then failed, in one": (dsn(ALA + "Action: delayed\nStatus: 4.4.1\n\n" + ALA + "Action: failed\nStatus: 5.4.7"), "transient", True),
    "forwarded to somebody who has gone": (dsn("Original-Recipient: rfc822; ala@example.com\nFinal-Recipient: rfc822; gone@elsewhere.example\nAction: failed\nStatus: 5.1.1"), "transient", True),
}  # fmt: skip

#: Mails about nobody: summaries of what a domain received.
SUMMARIES = [
    b'From: noreply-dmarc-support@google.example\nTo: b@example.org\nSubject: Report domain: example.org Submitter: google.example Report-ID: 123\nMIME-Version: 1.0\nContent-Type: application/zip; name="google.example!example.org!1596412800!1596499199.zip"\nContent-Transfer-Encoding: base64\n\nUEsDBAoA\n',
    b'From: postmaster@mx.example.net\nTo: b@example.org\nSubject: Undeliverable mail of the day\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="x"\n\n--x\nContent-Type: text/plain\n\nThis is an aggregate of ala@example.com: failed\n\n--x\nContent-Type: application/gzip\nContent-Disposition: attachment; filename="mx.example.net!example.org!1596412800!1596499199.xml.gz"\n\nx\n--x--\n',
    b'From: tls@mx.example.net\nTo: b@example.org\nSubject: x\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type="tlsrpt"; boundary="x"\n\n--x\nContent-Type: text/plain\n\nala@example.com failed\n\n--x--\n',
]  # fmt: skip
