"""What a page holds in its packed layers, read back without a browser."""

import base64
import re
import zlib


def unpacked(page: str) -> str:
    """Return the page with what its packed layers hold."""
    found = re.findall(r'upland\.unpack\("([^"]+)",(\d+)\)', page)
    texts = [zlib.decompress(base64.b64decode(body), -zlib.MAX_WBITS) for body, _ in found]
    assert [len(text) for text in texts] == [int(size) for _, size in found]
    return page + b"".join(texts).decode()
