// 只是便利：表格排序、查找、筛选问题、展开收起、打印。没有脚本，页面也是完整的。
"use strict";
(() => {
  // sorting: a click on a heading; rows that explain another go with it, what is not known comes last
  const unknown = (text) => text === "" || text === "—" || text === "待定";
  const number = (text) => {
    const [whole, part] = (text.replace(/,/g, "").match(/-?\d+(\.\d+)?/g) || []).map(Number);
    return /^\d+\/\d+$/.test(text) && part ? whole / part : whole;
  };
  const sort = (table, column, down) => {
    for (const body of table.tBodies) {
      const groups = [];
      for (const row of body.rows) {
        if (row.matches(".why") && groups.length) groups[groups.length - 1].rows.push(row);
        else groups.push({ rows: [row], text: (row.cells[column] || { textContent: "" }).textContent.trim() });
      }
      const numeric = groups.some(({ rows }) => rows[0].cells[column] && rows[0].cells[column].matches(".num, .range")) ||
        table.tHead.rows[0].cells[column].matches(".num");
      const way = down ? -1 : 1;
      groups.sort((a, b) => {
        if (unknown(a.text) || unknown(b.text)) return unknown(a.text) - unknown(b.text);
        return way * (numeric ? number(a.text) - number(b.text) : a.text.localeCompare(b.text, "zh"));
      });
      body.append(...groups.flatMap(({ rows }) => rows));
    }
  };
  for (const table of document.querySelectorAll("table.sortable")) {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        sort(table, column, down);
      });
    });
  }

  // searching: every word must occur in the row
  const search = document.getElementById("search");
  if (!search) return;
  const rows = [...document.querySelectorAll("#searched tbody tr")];
  const texts = rows.map((row) => row.textContent.toLowerCase());
  const found = document.getElementById("found");
  const look = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    rows.forEach((row, n) => {
      row.hidden = !words.every((word) => texts[n].includes(word));
      count += row.hidden ? 0 : 1;
    });
    found.textContent = found.dataset.text.replace("{shown}", count).replace("{all}", rows.length);
  };
  search.addEventListener("input", look);
  search.closest("[hidden]").hidden = false;
  look();
})();
(() => {
  const tools = document.getElementById("tools");
  if (!tools) return;
  const problems = [...document.querySelectorAll(".problem")];
  const severities = [...tools.querySelectorAll("input[name=severity]")];
  const category = document.getElementById("category");
  const certain = document.getElementById("certain");
  const shown = document.getElementById("shown");
  const all = () => document.querySelectorAll("main details");

  const filter = () => {
    const wanted = severities.filter((box) => box.checked).map((box) => box.value);
    let count = 0;
    for (const problem of problems) {
      const own = problem.dataset;
      problem.hidden = !wanted.includes(own.severity) || (certain.value !== "" && certain.value !== own.certain) ||
        (category.value !== "" && !own.category.split(" ").includes(category.value));
      count += problem.hidden ? 0 : 1;
    }
    shown.textContent = shown.dataset.text.replace("{shown}", count).replace("{all}", problems.length);
  };
  const open = (state) => all().forEach((details) => { details.open = state; });

  // a link to something folded or filtered away shows it
  const reveal = () => {
    const target = document.getElementById(location.hash.slice(1));
    if (!target) return;
    if (target.classList.contains("problem")) target.hidden = false;
    const row = target.nextElementSibling;
    const folded = target.querySelector("details") || (row && row.matches(".why") && row.querySelector("details"));
    if (folded && target.matches(".problem, tr")) folded.open = true;
    target.scrollIntoView();
  };

  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...all()].filter((details) => !details.open);
    open(true);
  });
  addEventListener("afterprint", () => closed.forEach((details) => { details.open = false; }));
  addEventListener("hashchange", reveal);
  tools.addEventListener("change", filter);
  document.getElementById("open-all").addEventListener("click", () => open(true));
  document.getElementById("close-all").addEventListener("click", () => open(false));
  document.getElementById("print").addEventListener("click", () => print());
  tools.hidden = false;
  filter();
  reveal();
})();
