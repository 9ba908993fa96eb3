"""Someone who works on a page: presses buttons, types into editors, reads what is said."""

PAGE = "chapters/exercises_01.html"
LONG = 180_000  # milliseconds: Python starts in four seconds, and on a busy machine in forty
RIGHT = """def unroll(W, U, b, x, h0):
    T, B, _ = x.shape
    h = np.empty((T + 1, B, len(b)))
    h[0] = h0
    for t in range(1, T + 1):
        h[t] = np.tanh(h[t - 1] @ W.T + x[t - 1] @ U.T + b)
    return h"""
"""The answer to the page's first question."""
STUBBORN = """begun = False
while True:
    try:
        if not begun:
            begun = True
            print("begun")
        for number in range(10**9):
            number += 1
    except BaseException:
        number = 0"""
"""It ends with Python alone, since it catches the interrupt: once it has begun, which it says."""


class Reader:
    """Someone at a page, on a host of their own."""

    def __init__(self, context, address, host):
        self.context, self.address, self.host, self.problems, self.requests = context, address, host, [], []
        self.page = context.new_page()
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("console", lambda said: said.type == "error" and self.problems.append(said.text))
        self.page.on("request", lambda request: self.requests.append(request.url))

    def begin(self, name=PAGE):
        self.page.goto(self.address + name)
        self.page.locator(".live-begin:enabled").click()
        self.page.wait_for_selector(".live .cm-content", state="attached", timeout=LONG)

    def cell(self, id):
        return self.page.locator(f'.live[data-cell="{id}"]')

    def write(self, id, text):
        self.cell(id).locator(".cm-content").click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(text)

    def press(self, id, name):
        self.cell(id).get_by_role("button", name=name, exact=True).click()

    def panels(self, id, count=2):
        """The titles of a cell's panels, once there are so many."""
        titles = self.cell(id).locator(".live-html strong")
        titles.nth(count - 1).wait_for(timeout=LONG)
        return [title.strip() for title in titles.all_inner_texts()]

    def quiet(self):
        self.page.wait_for_selector(".live-stop:disabled", timeout=LONG)

    def output(self, id):
        return self.cell(id).locator(".live-pane").first.inner_text()

    def begun(self, id):
        """Wait until stubborn code is where nothing interrupts it."""
        self.cell(id).locator('.live-out:has-text("begun")').wait_for(timeout=LONG)

    def stop(self):
        self.page.locator(".live-stop").click()

    def hears(self, words, timeout=LONG):
        self.page.wait_for_selector(f'.live-said:has-text("{words}")', timeout=timeout)

    def download(self):
        with self.page.expect_download() as waiting:
            self.page.get_by_role("button", name="Download notebook").click()
        return waiting.value.path().read_text(encoding="utf8")
