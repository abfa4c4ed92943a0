"""Bodies as a program would send them, by schema; a test sends them."""

from collections.abc import Mapping
from typing import Any, Final

EXAMPLES: Final[Mapping[str, dict[str, Any]]] = {
    "NewDepartment": {"name": "Sales", "member_ids": [2, 3]},
    "NewUser": {
        "name": "Bob",
        "email": "bob@example.org",
        "department_ids": [1],
        "language": "en",
        "time_zone": "Europe/Berlin",
    },
    "NewLine": {"name": "Sales desk"},
    "LineChange": {
        "version": 1,
        "active": True,
        "settings": {
            "mode": "evenly",
            "queue_time": 120,
            "greeting": {"en": "Hello!", "ru": "Здравствуйте!"},
            "hours_on": True,
            "time_zone": "Europe/Berlin",
            "week": [[{"from": "09:00", "to": "18:00"}]] * 5 + [[], []],
            "exceptions": [{"date": "2026-12-24", "intervals": [{"from": "09:00", "to": "12:00"}], "name": "Eve"}],
        },
        "members": [{"user_id": 2}, {"department_id": 1, "with_head": True}],
    },
    "QueueInput": {"version": 1, "members": [{"department_id": 1, "with_head": True}, {"user_id": 2}]},
    "NewChannel": {
        "line_id": 1,
        "kind": "website",
        "name": "Shop",
        "settings": {"accent": "#2563eb", "allowed_origins": ["https://shop.example.com"]},
    },
    "NewMessage": {"client_message_id": "crm-4711", "text": "Your order is on its way."},
    "TransferInput": {"department_id": 1, "note": "Asks for an invoice."},
    "Opening": {"language": "en", "page": "https://shop.example.com/prices", "time_zone": "Europe/Berlin"},
    "Introduction": {"name": "Vera", "email": "vera@example.org", "data": {"plan": "gold"}, "read_seq": 4},
    "Writing": {"client_message_id": "f3a1", "text": "Do you deliver on Sundays?"},
    "Rating": {"value": 5, "comment": "Quick, thank you."},
    "FormAnswers": {"answers": {"order": "4711", "email": "vera@example.org"}},
    "Subscribe": {"type": "subscribe", "cursor": 1263, "epoch": "Y3HGKQ4nJFhJUpBJNm0QFw", "lists": ["all", "closed"]},
    "VisitorHello": {"type": "hello", "token": "olv_…", "after": 4},
}
