"""A sitemap (sitemaps.org) as a page that only lists: the pages of its own host, and further sitemaps."""

from __future__ import annotations

from lxml import etree

from collectors.product_pages.links import resolve

_ROOTS = {"urlset", "sitemapindex"}


def sitemap_links(body: bytes, url: str) -> list[str] | None:
    """The addresses that the sitemap at `url` names on its own host, in its order; None where this is no sitemap."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
    try:
        root = etree.fromstring(body, parser)
        if root is None or etree.QName(root).localname not in _ROOTS:
            return None
        # Two levels down: pictures and translations have a `loc` of their own deeper, or in another namespace.
        named = [loc.text or "" for entry in root for loc in entry if isinstance(loc.tag, str) and _is_loc(root, loc)]
    except (etree.LxmlError, ValueError):  # also where a tag has a name that is none
        return None
    found = (resolve(url, address, url) for address in named)
    return list(dict.fromkeys(address for address in found if address and address != url))


def _is_loc(root: etree._Element, element: etree._Element) -> bool:
    own, name = etree.QName(root), etree.QName(element)
    return bool(name.localname == "loc" and name.namespace == own.namespace)
