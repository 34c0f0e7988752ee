// The reports tab: which reports to ask, what is known of each, correcting, re-reading, removing.
const shelfShown = () => $("rows") !== null;
const ORDERS = {
  year: (a, b) => `${b.year}${b.date}`.localeCompare(`${a.year}${a.date}`),
  added: (a, b) => b.added - a.added,
  label: (a, b) => a.label.localeCompare(b.label, "zh-CN"),
  place: (a, b) => a.place.localeCompare(b.place, "zh-CN") || ORDERS.year(a, b),
  size: (a, b) => b.size - a.size,
};

function drawReports() {
  if (!shelfShown()) return;
  const { reports, readOnly } = state.status;
  $("upload").hidden = readOnly;
  $("rebuild").hidden = readOnly || !reports.length;
  fill($("by-place"), "全部地点", reports.map((r) => r.place));
  fill($("by-year"), "全部年份", reports.map((r) => r.year));
  $("filters").hidden = reports.length < 2;
  const ids = scoped();
  $("chosen").textContent = reports.length ? `提问时问：${scopeText()}` : "";
  const rows = listed().map((report) => row(report, !ids || ids.includes(report.id), readOnly));
  redraw($("rows"), rows);
  $("no-rows").hidden = rows.length > 0;
  $("no-rows").textContent = reports.length ? "没有符合条件的报告。" : "还没有收录报告。";
  $("choose-all").hidden = $("choose-shown").hidden = reports.length < 2;
}

function fill(select, all, values) {
  const options = [...new Set(values.filter(Boolean))].sort((a, b) => b.localeCompare(a, "zh-CN", { numeric: true }));
  if (select.dataset.options === options.join("\n") && select.options.length) return;
  const value = select.value;
  select.dataset.options = options.join("\n");
  select.replaceChildren(element("option", { value: "" }, all), ...options.map((o) => element("option", { value: o }, o)));
  select.value = options.includes(value) ? value : "";
}

function listed() {
  const [place, year] = [$("by-place").value, $("by-year").value];
  return matching($("find").value)
    .filter((r) => (!place || r.place === place) && (!year || r.year === year))
    .sort(ORDERS[$("by-order").value]);
}

function row(report, asked, readOnly) {
  const line = element("li", { class: "book", "data-key": report.id, "data-id": report.id });
  const box = element("input", { type: "checkbox", id: `ask-${report.id}`, "data-report": report.id, "aria-label": `询问${report.label}` });
  box.checked = asked;
  const name = element("a", { class: "name", href: reportLink(report.id) }, report.label);
  const facts = [
    report.place || "地点未认出", report.year ? `${report.year}年` : "年份未认出", report.date === report.year ? "" : report.date, report.issuer,
    report.pages ? `${report.pages} 页` : "", `${report.passages} 段`,
  ];
  const file = [report.file, sizeOf(report.size), report.added ? `${dayOf(report.added)} 添加` : ""];
  const told = element("div", { class: "told", "data-key": "told" });
  told.append(name, element("p", { class: "facts" }, facts.filter(Boolean).join(" · ")), element("p", { class: "file" }, file.filter(Boolean).join(" · ")));
  const acts = element("div", { class: "acts", "data-key": "acts" });
  acts.append(element("a", { class: "quiet", href: `original/${encodeURIComponent(report.id)}`, "aria-label": `下载${report.label}的原件` }, "原件"));
  if (!readOnly) {
    for (const [what, text] of [["edit", "更正"], ["reread", "重新读取"], ["remove", "移除"]]) {
      acts.append(element("button", { type: "button", class: what === "remove" ? "quiet danger" : "quiet", [`data-${what}`]: report.id, "aria-label": `${text}${report.label}` }, text));
    }
  }
  const tick = element("label", { class: "tick" });
  tick.append(box);
  line.append(tick, told, acts);
  return line;
}

const sizeOf = (bytes) => (!bytes ? "" : bytes < 1e6 ? `${Math.ceil(bytes / 1000)} KB` : `${(bytes / 1e6).toFixed(1)} MB`);
const dayOf = (seconds) => new Date(seconds * 1000).toLocaleDateString("sv-SE"); // 2025-01-07, in this place's time

const report = (id) => state.status.reports.find((r) => r.id === id);

async function remove(id) {
  const name = `《${report(id).label}》`;
  const text = `移除${name}？移除后不能再就它提问，引用过它的回答会标明；你手里的原文件不受影响。`;
  if (await asked({ text, yes: `移除${name}` })) apply(await call("remove", { report: id }));
}

async function edit(id) {
  const { label, title, place, date, issuer, planned } = report(id);
  const told = await asked({
    text: `更正《${label}》认出的信息（留空则恢复自动认出的）`,
    yes: "保存更正",
    fields: [
      { name: "title", label: "标题", value: title },
      { name: "place", label: "地点", value: place },
      { name: "date", label: "日期", value: date, hint: "2025、2025-01 或 2025-01-07" },
      { name: "years_planned", label: "部署的年份", value: planned.join("，"), hint: "2025" },
      { name: "issuer", label: "发布单位", value: issuer },
    ],
    check: ({ date, years_planned: years }) => {
      if (date && !isDate(date)) return `日期“${date}”写得不对，应写成 2025、2025-01 或 2025-01-07。`;
      if (years && !/^\d{4}([,，、\s]+\d{4})*$/.test(years.trim())) return `年份“${years}”写得不对，应写成 2024 或 2023，2024。`;
      return "";
    },
  });
  if (!told) return;
  const before = { title, place, date, issuer, years_planned: planned.join("，") };
  const values = Object.fromEntries(Object.entries(before).filter(([key, value]) => told[key].trim() !== value).map(([key]) => [key, told[key].trim()]));
  if (Object.keys(values).length) apply(await call("edit", { report: id, values }));
}

function isDate(text) {
  const parts = text.match(/^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?$/);
  if (!parts) return false;
  const [year, month, day] = [Number(parts[1]), Number(parts[2] ?? 1), Number(parts[3] ?? 1)];
  const made = new Date(Date.UTC(year, month - 1, day));
  return made.getUTCMonth() === month - 1 && made.getUTCDate() === day;
}

async function rebuild() {
  if (await asked({ text: "用文库里保存的原文件重建全部索引？期间照常可以提问。", yes: "重建索引" })) apply(await call("rebuild"));
}

function startReports() {
  if (!state.status) return void setTimeout(startReports, 100);
  for (const id of ["find", "by-place", "by-year", "by-order"]) $(id).addEventListener("input", drawReports);
  $("rows").addEventListener("change", ({ target }) => {
    const chosen = new Set(scoped() ?? state.status.reports.map((r) => r.id));
    if (target.checked) chosen.add(target.dataset.report);
    else chosen.delete(target.dataset.report);
    setScope([...chosen]);
  });
  $("rows").addEventListener("click", ({ target }) => {
    const { remove: gone, edit: corrected, reread } = target.dataset;
    const work = gone ? remove(gone) : corrected ? edit(corrected) : reread ? call("reread", { report: reread }).then(apply) : null;
    work?.catch((error) => toast(error.message));
  });
  $("choose-all").onclick = () => setScope(null);
  $("choose-shown").onclick = () => setScope(listed().map((r) => r.id));
  $("rebuild").onclick = () => rebuild().catch((error) => toast(error.message));
  startUploads();
  drawReports();
  drawJob();
}
