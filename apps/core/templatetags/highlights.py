"""What a search found, with the words that were looked for marked."""

from django import template

from apps.core.search import highlights

register = template.Library()


@register.inclusion_tag("core/_highlight.html")
def highlight(text: str, query: str, length: int = 160) -> dict[str, list[highlights.Part]]:
    """`{% highlight message.text query %}`: a piece of the text around the first match."""
    return {"parts": highlights.highlight(text, query, length=length)}
