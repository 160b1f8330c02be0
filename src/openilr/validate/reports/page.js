"use strict";
(() => {
  const STEP = 200;
  const byId = (id) => document.getElementById(id);
  const stored = JSON.parse(byId("more").textContent);
  const cellsOf = (row) => Array.from(row.cells, (cell) => cell.textContent);
  const flat = (cells) => cells.join("\u0001").toLowerCase();

  const parts = Array.from(document.querySelectorAll("section.rule"), (element) => {
    const body = element.querySelector("tbody");
    const more = element.querySelector("p.more");
    const rows = Array.from(body.rows, (row) => {
      const cells = cellsOf(row);
      return { row, learner: cells[0].toLowerCase(), text: flat(cells) };
    });
    const rest = (stored[element.id] || []).map((cells) => ({ cells, row: null, learner: cells[0].toLowerCase(), text: flat(cells) }));
    return { element, body, more, rows: rows.concat(rest), kept: rest.length, limit: rows.length, unseen: Number(element.dataset.total) - rows.length - rest.length };
  });

  function draw(part, item) {
    const row = document.createElement("tr");
    item.cells.forEach((text, index) => {
      const cell = document.createElement("td");
      if (index === 1 || index === 2) cell.className = "num";
      else if (text.length > 40) cell.className = "words";
      cell.textContent = text;
      row.append(cell);
    });
    item.row = row;
    part.body.append(row);
  }

  if (!byId("tools")) return;
  const box = byId("find"), learner = byId("learner"), rule = byId("rule"), severity = byId("severity"), status = byId("status");

  function apply() {
    const words = box.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const who = learner.value.trim().toLowerCase();
    const asked = words.length > 0 || who !== "";
    let shown = 0, unseen = 0;
    for (const part of parts) {
      const data = part.element.dataset;
      const wanted = (!rule.value || data.rule === rule.value) && (!severity.value || data.severity === severity.value);
      const about = (data.rule + " " + part.element.querySelector("h3").textContent).toLowerCase();
      let matches = 0, drawn = 0;
      const limit = asked ? Math.max(part.limit, STEP) : part.limit;
      for (const item of part.rows) {
        const hit = wanted && (!who || item.learner.startsWith(who)) && words.every((word) => item.text.includes(word) || about.includes(word));
        if (hit) matches += 1;
        const show = hit && drawn < limit;
        if (show) {
          drawn += 1;
          if (!item.row) draw(part, item);
        }
        if (item.row) item.row.hidden = !show;
      }
      part.element.hidden = !wanted || (asked && matches === 0);
      if (part.more) {
        const left = matches - drawn;
        part.more.hidden = !left && !part.unseen;
        part.more.querySelector("button").hidden = !left;
        part.more.querySelector("button").textContent = `Show ${Math.min(left, STEP).toLocaleString("en-GB")} more of ${left.toLocaleString("en-GB")}`;
        part.more.querySelector(".kept").hidden = true;
        part.more.querySelector(".lost").hidden = !part.unseen;
      }
      shown += matches;
      if (wanted) unseen += part.unseen;
    }
    for (const file of document.querySelectorAll("article.file")) {
      const any = file.querySelector("section.rule:not([hidden])");
      const none = file.querySelector(".nothing");
      if (none) none.hidden = Boolean(any);
    }
    const filtered = words.length > 0 || who || rule.value || severity.value;
    const noun = shown === 1 ? "finding" : "findings";
    const plain = `${shown.toLocaleString("en-GB")} ${noun}${filtered ? (shown === 1 ? " matches" : " match") : ""}.`;
    status.textContent = plain + (unseen ? ` ${unseen.toLocaleString("en-GB")} more findings are not in this page and were not searched: the csv and xlsx reports have all.` : "");
  }

  function sortBy(part, index, header) {
    const falling = header.getAttribute("aria-sort") === "ascending";
    for (const other of part.element.querySelectorAll("th[aria-sort]")) other.removeAttribute("aria-sort");
    header.setAttribute("aria-sort", falling ? "descending" : "ascending");
    const order = new Intl.Collator("en-GB", { numeric: true });
    const cell = (item) => (item.cells ? item.cells[index] : item.row.cells[index].textContent);
    part.rows.sort((a, b) => (falling ? -1 : 1) * order.compare(cell(a), cell(b)));
    for (const item of part.rows) if (item.row) part.body.append(item.row);
    apply();
    for (const item of part.rows) if (item.row) part.body.append(item.row);
  }

  for (const part of parts) {
    part.element.querySelectorAll("thead th").forEach((header, index) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...header.childNodes);
      header.append(button);
      button.addEventListener("click", () => sortBy(part, index, header));
    });
    if (part.more) part.more.querySelector("button").addEventListener("click", () => { part.limit += STEP; apply(); });
  }
  let wait = 0;
  for (const field of [box, learner]) field.addEventListener("input", () => { clearTimeout(wait); wait = setTimeout(apply, 120); });
  for (const field of [rule, severity]) field.addEventListener("change", apply);
  byId("tools").addEventListener("submit", (event) => { event.preventDefault(); apply(); });
  byId("tools").hidden = false;
  apply();
})();
