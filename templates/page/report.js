// 只是便利：筛选问题、展开收起、打印。没有脚本，页面也是完整的。
"use strict";
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
