"""Who signs in to the server of the tests, and how."""

from collections.abc import Callable

from starlette.testclient import TestClient

PASSWORD = "a long enough password"
OWN = {"epilepsy12": {"organisation": ["EN001"]}}
# Somebody who asks: by name, signed in; nobody without.
Asks = Callable[[str | None], TestClient]


def sign_in(client: TestClient, name: str, password: str, following: str = "/") -> int:
    """Fill in the form as a browser does; return the status of the answer."""
    form = client.get("/sign-in").text
    token = form.split('name="token" value="')[1].split('"')[0]
    given = {"name": name, "password": password, "token": token, "following": following}
    return client.post("/sign-in", data=given).status_code
