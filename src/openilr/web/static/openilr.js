// Everything works without this file. It turns on the components of GOV.UK Frontend and a few helps of our own.
import { initAll } from "./govuk-frontend/govuk-frontend.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
initAll();

// Progress of a file that is being checked: ask every second, and show the findings when they are there.
const progress = document.querySelector("[data-progress]");
if (progress) {
  const ask = async () => {
    const answer = await fetch(progress.dataset.progress, { headers: { accept: "application/json" } });
    if (!answer.ok) return;
    const now = await answer.json();
    if (!now.running) return location.reload();
    if (now.learners) progress.textContent = `${now.learners.toLocaleString("en-GB")} learners checked so far.`;
    setTimeout(ask, 1000);
  };
  setTimeout(ask, 1000);
}

// How large a table will be, before it is asked for.
const count = document.querySelector("[data-count]");
if (count) {
  const form = count.closest("form");
  const ticked = (name, within = form) => within.querySelectorAll(`input[name="${name}"]:checked`).length;
  const say = () => {
    let places = 0;
    for (const one of form.querySelectorAll("details")) {
      places += ticked("level", one) ? one.querySelectorAll('input[name="place"]').length : ticked("place", one);
    }
    for (const box of form.querySelectorAll('input[name="place"]:checked')) if (!box.closest("details")) places += 1;
    let cells = Math.max(1, ticked("time")) * Math.max(1, places) * ticked("indicator") * (1 + ticked("derived"));
    for (const box of form.querySelectorAll("[data-ticks]")) {
      if (box.querySelector('input[name="option"]')) cells *= Math.max(1, ticked("option", box));
    }
    count.textContent = `This asks for up to ${cells.toLocaleString("en-GB")} ${cells === 1 ? "number" : "numbers"}.`;
  };
  form.addEventListener("change", say);
  say();
}
