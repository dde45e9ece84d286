"""A bad connection."""


class Gate:
    """Holds the requests to an address back until it is opened."""

    def __init__(self, page, address):
        self.page, self.routes, self.is_open = page, [], False
        page.route(address, self._hold)

    def _hold(self, route):
        if self.is_open:
            route.continue_()
        else:
            self.routes.append(route)

    def wait(self):
        for _ in range(100):
            if self.routes:
                return
            self.page.wait_for_timeout(50)
        raise AssertionError("no request came")

    def open(self):
        self.is_open = True
        for route in self.routes:
            route.continue_()
