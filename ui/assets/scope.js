// Which reports are asked: null is every report, later ones too; else a list of ids.
const SCOPE = "wenbao.scope";

function scoped() {
  return state.scope ? state.scope.filter((id) => state.status.reports.some((r) => r.id === id)) : null;
}

function scopeText() {
  const all = state.status.reports;
  const ids = scoped();
  if (!ids) return `全部 ${all.length} 份报告`;
  if (ids.length === 1) return all.find((r) => r.id === ids[0]).label;
  return ids.length ? `已选 ${ids.length} / ${all.length} 份报告` : "没有选报告";
}

function setScope(ids) {
  const all = state.status.reports;
  state.scope = ids && ids.length === all.length ? null : ids;
  store(SCOPE, state.scope);
  drawReports();
  drawStatus();
  drawScope();
}

function showScope(open) {
  $("scope-panel").hidden = !open;
  $("scope").setAttribute("aria-expanded", String(open));
  if (!open) return $("scope").focus();
  $("scope-find").value = "";
  drawScope();
  if (!phone.matches) $("scope-find").focus();
}

// Every word has to stand in the report's name, place or year: `济南 2024`.
function matching(text) {
  const words = text.trim().split(/\s+/).filter(Boolean);
  return state.status.reports.filter((r) => words.every((word) => `${r.label} ${r.place} ${r.year} ${r.file}`.includes(word)));
}

function drawScope() {
  if ($("scope-panel").hidden) return;
  const ids = scoped();
  const places = grouped(matching($("scope-find").value), (r) => r.place);
  const groups = [...places].map(([place, reports]) => {
    const chosen = reports.filter((r) => !ids || ids.includes(r.id)).length;
    const group = element("fieldset", { "data-key": place });
    if (reports.length > 1) {
      const legend = element("legend");
      legend.append(tick(`${place || "未标明地方"}（${reports.length} 份）`, reports, chosen === reports.length, chosen > 0));
      group.append(legend);
    }
    group.append(...reports.map((r) => tick(r.label, [r], !ids || ids.includes(r.id))));
    return group;
  });
  redraw($("scope-list"), groups.length ? groups : [element("p", { class: "empty" }, "没有符合的报告。")]);
}

function tick(text, reports, on, some = on) {
  const label = element("label");
  const box = element("input", { type: "checkbox", "data-ids": JSON.stringify(reports.map((r) => r.id)) });
  box.checked = on;
  box.indeterminate = some && !on;
  label.append(box, text);
  return label;
}

function startScope() {
  $("scope").onclick = () => (state.status?.reports.length ? showScope($("scope-panel").hidden) : showTab("tab-reports"));
  $("scope-find").addEventListener("input", drawScope);
  $("scope-find").addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
  $("scope-all").onclick = () => setScope(null);
  $("scope-listed").onclick = () => setScope(matching($("scope-find").value).map((r) => r.id));
  $("scope-done").onclick = () => showScope(false);
  $("scope-list").addEventListener("change", ({ target }) => {
    const ids = JSON.parse(target.dataset.ids);
    const chosen = new Set(scoped() ?? state.status.reports.map((r) => r.id));
    for (const id of ids) target.checked ? chosen.add(id) : chosen.delete(id);
    setScope([...chosen]);
  });
  document.addEventListener("pointerdown", (event) => {
    if (!$("scope-panel").hidden && !event.target.closest("#scope-panel, #scope")) showScope(false);
    if ($("export").open && !event.target.closest("#export")) $("export").open = false;
  });
}
