"""The page that tells a reader what went wrong, and leads back to the whole region."""

from gis_core.products.pages.pages import template_of
from gis_core.products.pages.strings import say
from gis_core.text import Text

TITLES = {
    404: Text("Not found", "未找到"),
    405: Text("Not answered here", "此处不支持该请求"),
    409: Text("Not computed yet", "尚未计算"),
    422: Text("Not understood", "请求有误"),
    503: Text("Out of reach just now", "暂时无法访问"),
}
OTHER = Text("Something went wrong", "出现问题")


def render_problem(status: int, detail: str, *, lang: str) -> str:
    """Return the page for an HTTP `status` and its sentence `detail` (in `lang`), as HTML."""
    return template_of("problem.html").render(
        lang=lang, title=TITLES.get(status, OTHER).in_(lang), detail=detail, home=say("home", lang)
    )
