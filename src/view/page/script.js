"use strict";
// Long tables are shown a part at a time, as a browser lays out thousands of rows slowly; all rows are there, and filters look at all. Until
// the filters stand nothing is laid out.
const PART = 200;
document.documentElement.classList.add("loading");
addEventListener("DOMContentLoaded", () => {
  for (const form of document.querySelectorAll("form.filters")) {
    const table = document.getElementById(form.dataset.of);
    const rows = [...table.tBodies[0].rows];
    const texts = [];
    const count = form.querySelector("output");
    const more = document.querySelector(`.more[data-of="${form.dataset.of}"]`);
    let limit = PART;
    const apply = () => {
      const wanted = [...form.querySelectorAll("select")].filter((one) => one.value);
      const text = form.querySelector("input").value.trim().toLowerCase();
      let fitting = 0;
      rows.forEach((row, place) => {
        const fits = wanted.every((one) => row.getAttribute(`data-${one.name}`) === one.value)
          && (!text || (texts[place] ??= row.textContent.toLowerCase()).includes(text));
        fitting += fits ? 1 : 0;
        const hides = !fits || fitting > limit;
        if (row.hidden !== hides) row.hidden = hides;
      });
      const part = fitting > limit ? `; the first ${limit} are shown` : "";
      count.textContent = `${fitting} of ${rows.length} rows${part}`;
      more.hidden = !part;
    };
    const again = () => { limit = PART; apply(); };
    form.addEventListener("input", again);
    form.addEventListener("reset", () => setTimeout(again));
    form.addEventListener("submit", (event) => event.preventDefault());
    more.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      const before = limit;
      limit = button.classList.contains("all") ? rows.length : limit + PART;
      apply();
      // Who has no mouse goes on at the first row that came, and not at the top of the page.
      if (more.hidden) table.parentElement.focus();
      else if (button.classList.contains("all")) rows[before].scrollIntoView();
    });
    apply();
  }
  document.documentElement.classList.remove("loading");
});
// On paper nothing can be unfolded.
const folded = () => document.querySelectorAll("details:not([open])");
let unfolded = [];
addEventListener("beforeprint", () => { unfolded = [...folded()]; unfolded.forEach((one) => { one.open = true; }); });
addEventListener("afterprint", () => { unfolded.forEach((one) => { one.open = false; }); unfolded = []; });
