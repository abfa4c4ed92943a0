"""Bodies are read strictly: `"3"` is no number, `1` is no yes.

The framework converts path, query and body in one go and leniently, which the first two need: they are text. A body
is JSON, which has types of its own; what comes as another one is a mistake of whoever sends it, and is told so.
"""

from typing import Any

import msgspec
from litestar import Request

from openlines.api.refusals import BadBody


class StrictRequest(Request[Any, Any, Any]):
    """A request whose JSON body already has its handler's type, when the framework takes it up."""

    async def json(self) -> Any:
        """Raises `BadBody` 422 for a value of another type."""
        value = await super().json()
        body = self.route_handler.parsed_fn_signature.parameters.get("data")
        if body is None:
            return value
        try:
            return msgspec.convert(value, body.annotation, str_keys=True)
        except msgspec.ValidationError as error:
            raise BadBody(error, body.annotation) from None
