"""A page that is worked by keyboard alone: what a journey clicks or fills is reached by Tab, seen, and pressed."""

from __future__ import annotations

_FOCUSED = """e => e === document.activeElement
  || (e.type === 'radio' && e.name === document.activeElement.name)"""
_SEEN = """() => [document.activeElement, ...(document.activeElement.labels || [])]
  .flatMap(e => [getComputedStyle(e), getComputedStyle(e, '::before')])
  .some(s => s.outlineStyle !== 'none' || s.boxShadow !== 'none')"""
_FURTHEST = 250  #: elements that are passed before giving up


class Keyboard:
    """Playwright's page, with the same names for what is done to it. Nothing here uses a pointer."""

    def __init__(self, page):
        self._page = page

    def __getattr__(self, name):
        return getattr(self._page, name)

    def _reach(self, selector):
        found = self._page.locator(selector).first
        found.wait_for(state="attached")
        element = found.element_handle()
        for _ in range(_FURTHEST):
            if self._page.evaluate(_FOCUSED, element):
                assert self._page.evaluate(_SEEN), f"{selector} does not show that it has the focus"
                return element
            self._page.keyboard.press("Tab")
        raise AssertionError(f"{selector} can not be reached by Tab on {self._page.url}")

    def click(self, selector):
        self._reach(selector).press("Enter")  # which waits for the page that follows, as a click does
        self._page.wait_for_load_state()

    def fill(self, selector, words):
        is_date = self._reach(selector).get_attribute("type") == "date"  # Chromium asks for month, day, year here
        self._page.keyboard.press("Control+A")
        self._page.keyboard.type("".join(words.split("-")[i] for i in (1, 2, 0)) if is_date else words)
        found = self._page.input_value(selector)
        assert found == words, (selector, found)

    def check(self, selector):
        element = self._reach(selector)
        if element.get_attribute("type") == "radio":
            self._page.keyboard.press("Space")
            for _ in range(20):
                if element.is_checked():
                    break
                self._page.keyboard.press("ArrowDown")
        elif not element.is_checked():
            self._page.keyboard.press("Space")
        assert element.is_checked()

    def select_option(self, selector, value):
        element = self._reach(selector)
        at = element.evaluate("(e, v) => [...e.options].findIndex(o => o.value === v)", value)
        self._page.keyboard.press("Home")
        for _ in range(at):
            self._page.keyboard.press("ArrowDown")
        assert element.input_value() == value

    def set_input_files(self, selector, path):
        """Enter on the field, or on the button that script puts in its place, opens the browser's dialog of files."""
        button = self._reach(
            ".govuk-drop-zone button" if self._page.locator(".govuk-drop-zone button").count() else selector
        )
        with self._page.expect_file_chooser() as chooser:
            button.press("Enter")
        chooser.value.set_files(path)
