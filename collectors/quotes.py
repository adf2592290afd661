"""What a person wrote in a letter, without the letter that it answers and without what their program adds below."""

from __future__ import annotations

import re

from lxml import html
from lxml.etree import LxmlError

from collectors.plain import from_html, tidy

_LONGEST_HEADER = 400  # characters of "On … wrote:", which programs break over some lines
_WROTE = re.compile(
    r"(?:On\b.{5,}\bwrote|Am\b.{5,}\bschrieb.{0,80}|Le\b.{5,}\ba écrit|El\b.{5,}\bescribió|Il\b.{5,}\bha scritto|"
    r"Op\b.{5,}\bschreef.{0,80}|Em\b.{5,}\bescreveu|W dniu\b.{5,}\bnapisał.{0,80}|Den\b.{5,}\bskrev.{0,80}|"
    r".{5,}\b(?:пишет|написал\(?а?\)?|wrote)|.{5,}(?:写道|寫道|のメール|님이 작성)|"
    r".{5,}\d{4}.{0,120}<[^<>\s]+@[^<>\s]+>)\s?[:：]\s*\Z",
    re.IGNORECASE | re.DOTALL,
)
_BEGINS_HEADER = re.compile(r"(?:On|Am|Le|El|Il|Op|Em|W dniu|Den)\b.*\d|.*\d{4}.*[<@,]|.*@.*", re.IGNORECASE)
_DIVIDER = re.compile(
    r"-{2,}\s*(?:Original(?: Message|nachricht)?|Ursprüngliche Nachricht|Message d'origine|Mensaje original|"
    r"Messaggio originale|Oorspronkelijk bericht|Mensagem original|Исходное сообщение|Forwarded message|"
    r"Weitergeleitete Nachricht|Пересланное сообщение)\s*-{2,}\s*\Z|Begin forwarded message:\s*\Z",
    re.IGNORECASE,
)
_FROM = re.compile(r"\*?(?:From|Von|De|Da|Van|От|Från|Fra|Od|发件人|差出人)\*?\s?[:：]\s*\S", re.IGNORECASE)
_SENT = re.compile(
    r"\*?(?:Sent|Date|Gesendet|Datum|Envoyé|Enviado|Fecha|Data|Inviato|Verzonden|Отправлено|Дата|Skickat|Sendt|Wysłano|"
    r"发送时间|日期|送信日時)\*?\s?[:：]",
    re.IGNORECASE,
)
_ADDED = re.compile(
    r"(?:Sent|Get|Von|Gesendet|Envoyé|Enviado|Inviato|Verzonden|Отправлено|Wysłane|Skickat)\b.{0,60}"
    r"\b(?:iPhone|iPad|Android|Outlook|Mail|Gmail|Samsung|Galaxy|Huawei|Xiaomi|BlackBerry|Windows|Яндекс|Mail\.ru|"
    r"mobile|phone|Handy|Smartphone|mobil\w*|móvil|téléphone|telefon\w*)\b.{0,60}\Z",
    re.IGNORECASE,
)
_QUOTED = (
    "//blockquote | //*[contains(concat(' ', normalize-space(@class), ' '), ' gmail_quote ')]"
    " | //*[contains(@class, 'yahoo_quoted') or contains(@class, 'moz-cite-prefix')]"
    " | //*[contains(@class, 'gmail_signature')]"
    " | //*[@id='divRplyFwdMsg' or @id='appendonsend']/following-sibling::* | //*[@id='divRplyFwdMsg']"
    " | //*[@id='Signature' or @id='ms-outlook-mobile-signature']"
)


def own_words(text: str) -> str:
    """What the writer of a plain text added to what they answer; empty where that is nothing.

    Lines that begin with > go wherever they stand, so that answers between them stay. What follows a program's divider
    ("Original Message", a block of From and Sent), or "On … wrote:" without such lines, goes to the end.
    """
    lines = tidy(text).split("\n")
    kept: list[str] = []
    at = 0
    while at < len(lines):
        line = lines[at].strip()
        if line == "--" or _cuts_off(lines, at):
            break
        taken = _header(lines, at)
        if taken:
            following = next((later for later in lines[at + taken :] if later.strip()), "")
            if not following.lstrip().startswith(">"):
                break
            at += taken
            continue
        if not line.startswith(">"):
            kept.append(lines[at])
        at += 1
    while kept and (not kept[-1].strip() or _ADDED.match(kept[-1].strip())):
        kept.pop()
    return tidy("\n".join(kept))


def own_words_of_html(markup: str) -> str:
    """The same of a letter in HTML, whose programs mark what they quote."""
    try:
        tree = html.document_fromstring(markup)
        for element in tree.xpath(_QUOTED):
            parent = element.getparent()
            if parent is not None:
                element.drop_tree()
        markup = html.tostring(tree, encoding="unicode")
    except (LxmlError, ValueError, AssertionError):
        pass  # what no parser can read has no marked quotations either
    return own_words(from_html(markup))


def _cuts_off(lines: list[str], at: int) -> bool:
    """Whether another letter begins here and goes on to the end."""
    line = lines[at].strip()
    if _DIVIDER.match(line):
        return True
    rule = len(line) >= 10 and not line.strip("_-=")
    begin = at + 1 if rule else at
    block = [each.strip() for each in lines[begin : begin + 6] if each.strip()][:3]
    return bool(block) and _FROM.match(block[0]) is not None and any(_SENT.match(each) for each in block[1:])


def _header(lines: list[str], at: int) -> int:
    """How many lines "On … wrote:" takes here; 0 where there is none."""
    begin = lines[at].strip()
    if len(begin) > _LONGEST_HEADER or not _BEGINS_HEADER.match(begin):
        return 0
    for taken in range(1, 5):
        some = lines[at : at + taken]
        whole = " ".join(line.strip() for line in some)
        if len(some) < taken or len(whole) > _LONGEST_HEADER or not some[-1].strip():
            return 0
        if _WROTE.match(whole):
            return taken
    return 0
