"""SQLModel tables, nothing else. Importing this package registers them all."""

from service.models.corrections import Correction, Lesson
from service.models.hooks import HookCall
from service.models.people import AuditEvent, ContactRefusal, Customer, Identity, Note, Order, Organisation
from service.models.posts import (
    Author,
    Backfill,
    PlatformPace,
    Post,
    PostVersion,
    SetAsideItem,
    Source,
    SourceGap,
    SourceRun,
)
from service.models.readings import Reading
from service.models.replies import Click, Reply
from service.models.team import Account, Channel, User
from service.models.tellings import Telling, TellingPerson
from service.models.translations import Translation
from service.models.work import Case, Delivery, Issue, IssuePost

__all__ = [
    "Account",
    "AuditEvent",
    "Author",
    "Backfill",
    "Case",
    "Channel",
    "Click",
    "ContactRefusal",
    "Correction",
    "Customer",
    "Delivery",
    "HookCall",
    "Identity",
    "Issue",
    "IssuePost",
    "Lesson",
    "Note",
    "Order",
    "Organisation",
    "PlatformPace",
    "Post",
    "PostVersion",
    "Reading",
    "Reply",
    "SetAsideItem",
    "Source",
    "SourceGap",
    "SourceRun",
    "Telling",
    "TellingPerson",
    "Translation",
    "User",
]
