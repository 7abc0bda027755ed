"""Options of `upland bases select` that hold several things in one text."""

from collections.abc import Mapping

from gis_core.errors import InvalidParameterError
from gis_core.workflows.base_candidates import Product

FORM = "NAME=RUN_OR_MODEL[,bases=MIN:MAX][,area-mu=MIN:MAX][,yuan-per-mu=COST]"
EXAMPLE = "apple=suitability-2,bases=2:5,area-mu=20000:60000,yuan-per-mu=1200"
FORM_ZH = "名称=运行或模型[,bases=最少:最多][,area-mu=最少:最多][,yuan-per-mu=费用]"


def parse_county_limits(
    given: str | None,
) -> tuple[tuple[int, int] | None, Mapping[str, tuple[int, int]]]:
    """Return the limits of every county, None without, and those of single ones.

    Raises
    ------
    InvalidParameterError
        If `given` is not MIN:MAX, CODE=MIN:MAX or several of these.
    """
    every: tuple[int, int] | None = None
    single: dict[str, tuple[int, int]] = {}
    for part in [] if given is None else _halfwidth(given).split(","):
        county, equals, pair = part.rpartition("=")
        low, colon, high = pair.strip().partition(":")
        sound = colon and low.isdecimal() and high.isdecimal() and int(low) <= int(high)
        if not sound or (equals and not county.strip()) or (not equals and every is not None):
            raise InvalidParameterError(
                f"--per-county is '{given}', wanted MIN:MAX such as 1:3, or with single "
                "counties 0:2,CODE=1:3.",
                f"--per-county 为“{given}”，应为“最少:最多”，如 1:3；单列某县时如 0:2，代码=1:3。",
            )
        if equals:
            single[county.strip()] = int(low), int(high)
        else:
            every = int(low), int(high)
    return every, single


def parse_product(given: str) -> Product:
    """Return the product of one `--product`; either end of a pair may be left out.

    Raises
    ------
    InvalidParameterError
        If `given` is not of the form `FORM`.
    """
    head, *rest = [part.strip() for part in _halfwidth(given).split(",")]
    name, _, source = (part.strip() for part in head.partition("="))
    found: dict[str, str] = {}
    for part in rest:
        key, _, value = (p.strip() for p in part.partition("="))
        if key in found:
            raise _malformed(given)
        found[key] = value
    if not name or not source or set(found) - {"bases", "area-mu", "yuan-per-mu"}:
        raise _malformed(given)
    try:
        least, most = _pair(found.get("bases", ":"))
        least_mu, most_mu = _pair(found.get("area-mu", ":"))
        cost = float(found["yuan-per-mu"]) if "yuan-per-mu" in found else None
        whole = [None if v is None else int(v) for v in (least, most)]
        if whole != [least, most]:
            raise _malformed(given)
    except (ValueError, OverflowError) as err:
        raise _malformed(given) from err
    return Product(name, source, (whole[0] or 0, whole[1]), (least_mu or 0.0, most_mu), cost)


def _pair(text: str) -> tuple[float | None, float | None]:
    low, colon, high = (part.strip() for part in text.partition(":"))
    if not colon:
        raise ValueError(text)
    return float(low) if low else None, float(high) if high else None


def _halfwidth(text: str) -> str:
    return text.replace("，", ",").replace("：", ":").replace("＝", "=")


def _malformed(given: str) -> InvalidParameterError:
    return InvalidParameterError(
        f"--product is '{given}', wanted {FORM}, such as {EXAMPLE}.",
        f"--product 为“{given}”，应为 {FORM_ZH}，如 {EXAMPLE}。",
    )
