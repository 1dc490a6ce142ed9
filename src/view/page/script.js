"use strict";
for (const form of document.querySelectorAll("form.filters")) {
  const rows = [...document.querySelectorAll(`#${form.dataset.of} tbody tr`)];
  const count = form.querySelector("output");
  const apply = () => {
    const wanted = [...form.querySelectorAll("select")].filter((one) => one.value);
    const text = form.querySelector("input").value.trim().toLowerCase();
    let shown = 0;
    for (const row of rows) {
      const fits = wanted.every((one) => row.getAttribute(`data-${one.name}`) === one.value);
      row.hidden = !(fits && (!text || row.textContent.toLowerCase().includes(text)));
      shown += row.hidden ? 0 : 1;
    }
    count.textContent = `${shown} of ${rows.length}`;
  };
  form.addEventListener("input", apply);
  form.addEventListener("reset", () => setTimeout(apply));
  form.addEventListener("submit", (event) => event.preventDefault());
  apply();
}
