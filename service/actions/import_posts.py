"""Posts from a file -> the pipeline, as if a source had told them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sqlmodel import Session

from collectors import registry
from collectors.base import Page, SetAside, SourceRefused
from collectors.net import Net
from service.errors import Invalid
from service.pipeline import flow
from service.pipeline.outcome import Job
from service.store import posts, sources
from service.store.authors import Accounts
from service.store.database import transaction
from service.tools import Tools

KIND = "tabular"
Queue = Callable[[Session, list[Job]], None]


@dataclass(slots=True, kw_only=True)
class ImportedPosts:
    """What an import of posts did, or (dry) would have done."""

    new: int = 0
    changed: int = 0
    same: int = 0
    set_aside: list[SetAside] = field(default_factory=list)


def import_posts(
    tools: Tools,
    file: Path,
    *,
    queue: Queue,
    product: str | None = None,
    dry: bool = False,
    progress: Callable[[int], None],
) -> ImportedPosts:
    """Store the file's posts under a source of its own, `import-NAME`, and queue their way through the stages.

    The same file again changes nothing; a file of the same name with other rows adds and updates.

    Raises:
        Invalid: the file as a whole cannot be read as a table of posts.
    """
    result = ImportedPosts()
    spec = registry.spec(KIND)
    options = spec.options.model_validate({"path": str(file.resolve())})
    try:
        with Net() as net:
            for page in spec.build(options, {}, net).pages(None):
                result.set_aside += page.set_aside
                if dry:
                    result.new += len(page.posts)
                else:
                    _store(tools, f"import-{file.stem.lower()}", product, page, result, queue)
                progress(len(page.posts) + len(page.set_aside))
    except SourceRefused as error:
        raise Invalid(str(error)) from error
    return result


def _store(tools: Tools, name: str, product: str | None, page: Page, result: ImportedPosts, queue: Queue) -> None:
    with transaction(tools.engine) as session:
        now = tools.clock()
        why = "imported by hand"
        source = sources.brought_in(session, name, kind=KIND, product=product, why=why, now=now)
        stored = posts.store_posts(
            session,
            source,
            page.posts,
            page.gone,
            accounts=Accounts(tools.author_scope(source), tools.company.accounts_on(source.kind)),
            product=tools.product_of,
            now=now,
        )
        sources.set_aside(session, source.id or 0, page.set_aside, now=now)
        source.last_succeeded_at = now
        queue(session, flow.start(stored.to_read))
    result.new += len(stored.new)
    result.changed += len(stored.changed)
    result.same += len({post.external_id for post in page.posts}) - len(stored.new) - len(stored.changed)
