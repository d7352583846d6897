"""What of a page is its own content: without navigation, advertising and hidden parts, but with what a reader can unfold."""

import re
from collections.abc import Sequence

from bs4 import BeautifulSoup
from bs4.element import Tag

HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_NEVER = (
    "script style noscript template svg iframe object embed canvas video audio button input select textarea dialog "
    "nav aside menu head map link meta"
).split()
# Words that were taken back: read as if they held, "<del>7</del><ins>15</ins> days" would be 715 days.
_STRUCK = ("del", "s", "strike")
_ROLES = {"navigation", "banner", "contentinfo", "complementary", "search", "dialog", "alert", "menu", "menubar", "toolbar"}
_FURNITURE = re.compile(
    r"^(?:(?:site|page|global|main|top|bottom|left|right)[-_]?)?"
    r"(?:nav(?:bar|igation)?|menu|breadcrumbs?|crumbs?|side-?bar|footer|foot|header|masthead|ads?|adverts?|advertise(?:ment)?s?|"
    r"advertising|sponsor(?:ed)?|banner|cookies?|consent|gdpr|share|sharing|social|related|recommend(?:ed|ation)?s?|comments?|popup|modal|overlay|"
    r"pagination|pager|copyright|toolbar|promo(?:tion)?|subscribe|newsletter|skip-?link|login|sign-?in|back-?to-?top|toc)"
    r"(?:[-_]?(?:bar|box|area|wrap(?:per)?|container|list|links?|notice|unit|slot|block|widget|panel|menu|content|inner))?$",
    re.IGNORECASE,
)
# Inside of the content these are its own: the head of a card, the rules of a promotion.
_OWN_PARTS = re.compile(
    r"^(?:header|promo(?:tion)?|banner)(?:[-_]?(?:box|area|wrap(?:per)?|container|list|block|content|inner))?$", re.I
)
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_UNFOLDS = re.compile(
    r"^(?:tab-?pane|tab-?panel|tab-?content|accordion\S*|collapse|panel(?:-\S+)?|faq\S*|answer\S*)$", re.IGNORECASE
)
_OPENS = re.compile(r"accordion|collaps|question|faq", re.IGNORECASE)
_OPENS_MENU = re.compile(r"nav|menu|modal|drop-?down|search", re.IGNORECASE)
_MAIN = (
    "main",
    "[role=main]",
    "article",
    "#content",
    "#main",
    "#main-content",
    ".main-content",
    ".article",
    ".post-content",
    ".content",
)
_MAIN_PART = ["main", "article"]
_CONTENT_NAMES = {"content", "main", "main-content", "article", "post-content"}
# A page whose content would be mostly cut away was not laid out as we think: the cut is not made.
_MOST_TEXT = 0.5
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def without_furniture(soup: BeautifulSoup, fragment: bool = False) -> BeautifulSoup:
    """Take out of the page what is not its own content; it is changed in place.

    `fragment`: a piece inside another document. It has no furniture, and may be hidden as a whole.
    """
    opened = _opened(soup)
    _turn_openers_into_headings(soup)
    for element in soup.find_all([*_NEVER, *_STRUCK]):
        if element.name != "head" or soup.body:
            element.decompose()
    _keep_raised_digits_apart(soup)
    total = len(soup.get_text())
    for element in soup.find_all(True):
        if element.decomposed:
            continue
        if fragment:
            cut = _is_hidden(element)
        else:
            cut = _is_furniture(element, opened) and len(element.get_text()) <= total * _MOST_TEXT
        if cut:
            element.decompose()
    return soup


def main_part(soup: BeautifulSoup) -> Tag:
    """Return the element that holds most of the page's content: of several articles, what they stand in."""
    total = len(soup.get_text(strip=True))
    for selector in _MAIN:
        found = soup.select(selector)
        # By identity: beautifulsoup compares tags by all that they hold.
        known = {id(one) for one in found}
        outermost = [one for one in found if not any(id(parent) in known for parent in one.parents)]
        if sum(len(one.get_text(strip=True)) for one in outermost) < total * _MOST_TEXT or not outermost:
            continue
        return _what_holds(outermost, soup)
    return soup.body or soup


def _what_holds(elements: Sequence[Tag], soup: BeautifulSoup) -> Tag:
    first, *others = elements
    common = [first, *first.parents]
    for one in others:
        above = {id(parent) for parent in one.parents}
        common = [parent for parent in common if id(parent) in above]
    return common[0] if common else soup


def _turn_openers_into_headings(soup: BeautifulSoup) -> None:
    """A button that unfolds an answer is its question; any other one is no text."""
    for button in soup.find_all("button"):
        names = " ".join([*button.get_attribute_list("class"), str(button.get("id") or "")])
        opens = button.has_attr("aria-expanded") or button.has_attr("aria-controls") or _OPENS.search(names)
        if button.find_parent([*HEADINGS, "summary", "dt"]):
            button.unwrap()
        elif opens and not _OPENS_MENU.search(names) and button.find_parent(["nav", "header"]) is None:
            button.name = "h6"


def _opened(soup: BeautifulSoup) -> frozenset[str]:
    """Return the ids of the parts that a tab or a button on the page shows."""
    found: set[str] = set()
    for element in soup.find_all(["a", "button", *HEADINGS, "li", "div", "span"]):
        if "modal" in (element.get("data-toggle"), element.get("data-bs-toggle")):
            continue
        for key in ("aria-controls", "data-target", "data-bs-target", "href"):
            value = str(element.get(key) or "")
            if key == "aria-controls" or value.startswith("#"):
                found.update(name.removeprefix("#") for name in value.split())
    return frozenset(found)


def _keep_raised_digits_apart(soup: BeautifulSoup) -> None:
    """Write them as raised digits: a price of 199 with a note 1 is not 1991."""
    for element in soup.find_all(["sup", "sub"]):
        text = element.get_text(strip=True)
        if text.isdecimal() and text.isascii():
            element.replace_with(text.translate(_RAISED if element.name == "sup" else _LOWERED))


def _is_furniture(element: Tag, opened: frozenset[str]) -> bool:
    if element.name in ("html", "body", "main", "article", *HEADINGS):
        return False
    if _is_hidden(element):
        return not _can_be_unfolded(element, opened)
    if str(element.get("role", "")) in _ROLES:
        return True
    if element.name == "form":
        return element.find(["h1", "main", "article"]) is None
    if element.name in ("header", "footer"):
        return element.find_parent(_MAIN_PART) is None
    names = [str(name) for name in (*element.get_attribute_list("class"), element.get("id")) if name]
    return any(_FURNITURE.match(name) and not (_OWN_PARTS.match(name) and _is_inside_content(element)) for name in names)


def _is_hidden(element: Tag) -> bool:
    hidden = element.has_attr("hidden") or element.get("aria-hidden") == "true"
    return hidden or _HIDDEN_STYLE.search(str(element.get("style", ""))) is not None


def _can_be_unfolded(element: Tag, opened: frozenset[str]) -> bool:
    names = [str(name) for name in element.get_attribute_list("class") if name]
    shown = str(element.get("id") or "") in opened or element.get("role") == "tabpanel" or any(map(_UNFOLDS.match, names))
    return shown and not any(map(_FURNITURE.match, names))


def _is_inside_content(element: Tag) -> bool:
    return any(
        parent.name in _MAIN_PART
        or _CONTENT_NAMES & {str(name) for name in (*parent.get_attribute_list("class"), parent.get("id"))}
        for parent in element.parents
    )
