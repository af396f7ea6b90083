"""From a move of a slider to the picture of it, in JupyterLab in Chromium, with the panel's phase plane open.

    python benchmarks/slider_latency.py

FitzHugh-Nagumo, 200 time units at dt 0.01. Two tasks: 50 moves, each waited for, timed from the key to the frame after
the time course and the panel's nullcline have changed; and 200 moves in 2 s, timed from the last move to the frame that
shows its value, with the number of pictures drawn on the way.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from harness import emit, installed, options
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.browser import server
from tests.browser.lab_page import LabPage

CELL = """%%brainpy_model FitzHughNagumo --duration 200 --dt 0.01
I = 0.5 in [0, 2]
a = 0.7
b = 0.8
tau = 12.5 in [5, 20]
dV/dt = V - V**3/3 - w + I
dw/dt = (V + a - b*w) / tau
V(0) = -1
w(0) = 1"""

COURSE = ".jp-Notebook .bqplot path.line"
PLANE = "#brainpy-lab-panel .bqplot path.line"

#: Runs before the page's own scripts. A frame tells that it has begun (an animation callback runs in it) and, by a
#: message that it posts to itself, that it has been painted.
FRAMES = """(() => {
  const request = window.requestAnimationFrame.bind(window);
  const soon = action => {
    const channel = new MessageChannel();
    channel.port1.onmessage = action;
    channel.port2.postMessage(null);
  };
  const frames = { within: false, soon };
  window.latencyFrames = frames;
  window.requestAnimationFrame = callback => request(time => {
    if (!frames.within) {
      frames.within = true;
      soon(() => { frames.within = false; });
    }
    callback(time);
  });
})()"""

#: Sets up two measurements in the page of two pictures; a move is an arrow key on the handle of a slider.
SCRIPT = """([course, plane, name]) => {
  const path = selector => {
    const node = document.querySelector(selector);
    return node?.getAttribute('d') ?? node?.getAttribute('href');
  };
  const soon = window.latencyFrames.soon;
  // The end of the frame that paints what has just changed: this one, when it changed in an animation callback.
  const next = done => requestAnimationFrame(() => soon(done));
  const painted = () => new Promise(done => window.latencyFrames.within ? soon(done) : next(done));
  const changed = (selectors, before) => new Promise((done, failed) => {
    const limit = setTimeout(() => failed(new Error('no new picture')), 5000);
    const observer = new MutationObserver(() => {
      if (selectors.some((selector, i) => path(selector) === before[i])) return;
      observer.disconnect();
      clearTimeout(limit);
      done(painted());
    });
    for (const selector of selectors) {
      observer.observe(document.querySelector(selector), { attributes: true, attributeFilter: ['d', 'href'] });
    }
  });
  const sliders = [...document.querySelectorAll('.jp-Notebook .widget-slider')];
  const slider = sliders.find(node => node.textContent.trim().startsWith(name));
  const handle = slider.querySelector('.noUi-handle');
  const press = key => handle.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
  const pause = () => new Promise(done => setTimeout(done, 50));
  const one = async key => {
    const before = [course, plane].map(path);
    const start = performance.now();
    window.latency.begun.push(performance.timeOrigin + start);
    const shown = changed([course, plane], before);
    press(key);
    await shown;
    return performance.now() - start;
  };
  const quiet = async () => {
    let seen = [course, plane].map(path).join();
    for (let since = performance.now(); performance.now() - since < 1500; ) {
      await new Promise(done => setTimeout(done, 20));
      const now = [course, plane].map(path).join();
      if (now !== seen) { seen = now; since = performance.now(); }
    }
  };
  window.latency = {
    begun: [],
    single: async count => {
      const times = [];
      for (let i = 0; i < count; i++) { times.push(await one('ArrowRight')); await pause(); }
      return times;
    },
    flood: async (count, seconds) => {
      await quiet();
      const drawn = [];
      const observer = new MutationObserver(() => drawn.push(performance.now()));
      for (const node of document.querySelectorAll(course + ',' + plane)) {
        observer.observe(node, { attributes: true, attributeFilter: ['d', 'href'] });
      }
      const begin = performance.now();
      for (let i = 0; i < count; i++) {
        press(i % 50 < 25 ? 'ArrowLeft' : 'ArrowRight');
        const next = begin + (i + 1) * 1000 * seconds / count;
        if (i < count - 1) await new Promise(done => setTimeout(done, Math.max(0, next - performance.now())));
      }
      press('ArrowRight');
      const last = performance.now();
      await quiet();
      observer.disconnect();
      return { last: Math.max(...drawn) - last, drawn: drawn.length, spent: last - begin };
    }
  };
  return true;
}"""


@contextmanager
def opened(*cells: str) -> Iterator[LabPage]:
    """A notebook with these cells in a server and a browser of their own, whose page tells of its frames."""
    with (
        tempfile.TemporaryDirectory() as folder,
        sync_playwright() as playwright,
        server.running(Path(folder)) as lab,
        server.chromium(playwright) as browser,
    ):
        window = browser.new_page(viewport={"width": 1400, "height": 1000})
        window.add_init_script(FRAMES)
        page = LabPage(window, lab.url, lab.token)
        (lab.root / "latency.ipynb").write_text(json.dumps(server.notebook(cells)))
        page.open("latency.ipynb")
        yield page
        page.shut_down_kernels()


def main() -> None:
    """Start a server and a browser, measure, print."""
    arguments = options(__doc__ or "", repeats=50).parse_args()
    with opened(CELL) as page:
        measured = measure(page, arguments.repeats)
    for line in measured:
        emit(line)


def measure(page: LabPage, moves: int) -> list[dict[str, Any]]:
    """The lines of both tasks."""
    page.run_cell(0)
    page.open_panel(view="phase", activate=False)
    for selector in (COURSE, PLANE):
        page.browser_page.wait_for_function(
            "selector => (document.querySelector(selector)?.getAttribute('d')?.length ?? 0) > 1000", arg=selector
        )
    page.browser_page.evaluate(SCRIPT, [COURSE, PLANE, "I"])
    page.browser_page.evaluate("() => window.latency.single(5)")  # warm
    times = sorted(page.browser_page.evaluate("count => window.latency.single(count)", moves))
    flood = page.browser_page.evaluate("() => window.latency.flood(200, 2)")
    versions = installed("jupyterlab", "ipywidgets", "bqplot", "numba")
    return [
        {
            "task": "slider to paint, FitzHugh-Nagumo, 200 units at dt 0.01", "moves": moves,
            "p50_ms": round(statistics.median(times), 1), "p95_ms": round(times[int(0.95 * (len(times) - 1))], 1),
            "max_ms": round(times[-1], 1), "versions": versions,
        },
        {
            "task": "200 moves in 2 s, last value shown", "last_shown_ms": round(flood["last"], 1),
            "pictures": flood["drawn"], "spent_ms": round(flood["spent"]), "versions": versions,
        },
    ]  # fmt: skip


if __name__ == "__main__":
    main()
