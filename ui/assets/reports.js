// The reports tab: which reports to ask, adding, removing, rebuilding.
const shelfShown = () => $("rows") !== null;

function drawReports() {
  if (!shelfShown()) return;
  const { reports, readOnly } = state.status;
  $("upload").hidden = readOnly;
  $("rebuild").hidden = readOnly || !reports.length;
  fill($("by-place"), "全部地点", reports.map((r) => r.place));
  fill($("by-year"), "全部年份", reports.map((r) => r.year));
  $("filters").hidden = reports.length < 2;
  const ids = scoped();
  $("chosen").textContent = reports.length ? scopeText() : "";
  const rows = shown().map((report) => row(report, !ids || ids.includes(report.id), readOnly));
  $("rows").replaceChildren(...rows);
  $("rows").closest("table").hidden = !rows.length;
  $("no-rows").hidden = rows.length > 0;
  $("no-rows").textContent = reports.length ? "没有符合筛选条件的报告。" : "还没有收录报告。";
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

function shown() {
  const [text, place, year] = [$("find").value.trim(), $("by-place").value, $("by-year").value];
  return state.status.reports.filter(
    (r) => (!text || r.label.includes(text)) && (!place || r.place === place) && (!year || r.year === year),
  );
}

function row(report, asked, readOnly) {
  const line = element("tr");
  const cell = (content, name = "") => {
    const made = element("td", { class: name || null });
    made.append(content);
    line.append(made);
  };
  const box = element("input", { type: "checkbox", id: `ask-${report.id}`, "data-report": report.id, "aria-label": `询问${report.label}` });
  box.checked = asked;
  cell(box);
  cell(element("a", { href: `#/${encodeURIComponent(report.id)}` }, report.label));
  cell(report.place || "—");
  cell(report.year || "—");
  cell(report.pages ?? "—", "num");
  cell(report.passages, "num");
  if (!readOnly) cell(element("button", { type: "button", class: "quiet danger", "data-remove": report.id, "aria-label": `移除${report.label}` }, "移除"), "act");
  return line;
}

function setScope(ids) {
  const all = state.status.reports;
  state.scope = ids && ids.length === all.length ? null : ids;
  store(SCOPE, state.scope);
  drawReports();
  drawStatus();
}

// Outcomes since this page was opened, newest first; `lastOutcome` is the number of the latest one seen.
const outcomes = [];
let lastOutcome = null;

function drawJob() {
  const { running, waiting, outcomes: latest, finished } = state.status.job;
  const fresh = latest.filter((o) => lastOutcome !== null && o.number > lastOutcome);
  for (const { name, reason } of fresh) toast(reason ? `${name}没有成功` : `${name}完成`);
  outcomes.unshift(...fresh.reverse());
  lastOutcome = finished;
  if (!shelfShown()) return;
  $("job").hidden = !running && !waiting;
  if (running) drawProgress(running.label ? `${running.name}：${running.label}` : running.name, running.done, running.total, waiting);
  drawOutcomes();
}

function drawProgress(name, done, total, waiting = 0) {
  $("job").hidden = false;
  $("job-name").textContent = name;
  $("job-count").textContent = [total ? `${done} / ${total}` : "", waiting ? `还有 ${waiting} 项在等` : ""].filter(Boolean).join("，");
  if (total) $("job-bar").value = done / total;
  else $("job-bar").removeAttribute("value");
}

function drawOutcomes() {
  const lines = outcomes.map(({ name, reason }) =>
    element("li", { class: reason ? "bad" : "good" }, reason ? `${name}没有成功：${reason}` : `${name}完成`));
  $("outcomes").replaceChildren(...lines);
}

// The key of an uploaded file; see ui/intake.py.
async function upload(file) {
  let sent;
  try {
    sent = await fetch(`upload?name=${encodeURIComponent(file.name)}`, { method: "POST", body: file }).then((r) => r.json());
  } catch {
    throw new Error("文件超过 50 MB 或连接中断，请换一份较小的文件再试。");
  }
  if (sent.error) throw new Error(sent.error);
  return sent.key;
}

async function send(files) {
  for (const [i, file] of files.entries()) {
    drawProgress(`上传 ${file.name}`, i + 1, files.length);
    try {
      apply(await call("add", { file: await upload(file) }));
    } catch (error) {
      outcomes.unshift({ name: `上传 ${file.name}`, reason: error.message });
    }
  }
  drawJob();
}

async function remove(id) {
  const report = state.status.reports.find((r) => r.id === id);
  if (await confirmed(`移除《${report.label}》？移除后不能再就它提问，原始文件不受影响。`)) apply(await call("remove", { report: id }));
}

function startReports() {
  if (!state.status) return;
  for (const id of ["find", "by-place", "by-year"]) $(id).addEventListener("input", drawReports);
  $("rows").addEventListener("change", (event) => {
    const chosen = new Set(scoped() ?? state.status.reports.map((r) => r.id));
    if (event.target.checked) chosen.add(event.target.dataset.report);
    else chosen.delete(event.target.dataset.report);
    const id = event.target.id;
    setScope([...chosen]);
    $(id)?.focus();
  });
  $("choose-all").onclick = () => setScope(null);
  $("choose-shown").onclick = () => setScope(shown().map((r) => r.id));
  $("rebuild").onclick = async () => {
    if (await confirmed("重建全部索引？期间照常可以提问。")) apply(await call("rebuild"));
  };
  $("files").addEventListener("change", (event) => {
    send([...event.target.files]).catch((error) => toast(error.message));
    event.target.value = "";
  });
  for (const [type, over] of [["dragover", true], ["dragleave", false], ["drop", false]]) {
    $("drop").addEventListener(type, (event) => {
      event.preventDefault();
      $("drop").classList.toggle("over", over);
      if (type === "drop") send([...event.dataTransfer.files]).catch((error) => toast(error.message));
    });
  }
  drawReports();
  drawJob();
}
