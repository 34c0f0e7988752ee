// The source pane: a report's outline, its text, and (printed.js) its pages as printed.
const texts = new Map();
const shown = { view: "text", spans: [], target: null, place: null };

// A text is kept under what its file holds, so that an updated report is fetched again.
const textKey = (report) => `${report}@${state.status.reports.find((r) => r.id === report)?.content}`;

// What the pane holds of the report that is open.
const opened = () => texts.get($("paper").dataset.key);

async function showPlace(place) {
  const { report, start, end } = place;
  $("source-notice").hidden = true;
  if (!state.status.reports.some((r) => r.id === report)) return showGone(report);
  if (!(await showReport(report))) return;
  shown.place = place;
  unmark(".cite, mark");
  shown.target = null;
  if (shown.view === "outline") showView("text");
  if (start === null) {
    shown.spans = [];
    $("paper").scrollTop = 0;
    return shown.view === "printed" ? showPage(1) : drawWhere();
  }
  if (end === null) {
    shown.spans = [];
    if (shown.view === "printed" && pageOf(start)) return showPage(pageOf(start));
    showView("text");
    blockAt(start)?.scrollIntoView({ block: "start" });
    return drawWhere();
  }
  shown.spans = markTrail(place);
  if (!shown.target) {
    return showNotice("这段原文已不在报告中，报告可能更新过，请重新提问。");
  }
  if (shown.view === "printed") return showMarked();
  shown.target.scrollIntoView({ block: "center" });
  drawWhere();
}

// Marks every quote of the answer in this report, those of `place` as the current ones; their spans.
function markTrail(place) {
  const here = trail.places.filter((one) => one.report === place.report && one.end !== null);
  const cited = mark(place.start, place.end, "span", "cite");
  const spansOf = (one) => (one.quotes.length ? one.quotes : []);
  const spans = [];
  let first = null;
  for (const [start, end] of spansOf(place)) {
    const made = mark(start, end, "mark", "now");
    first ??= made[0];
    spans.push({ start, end, now: true });
  }
  const same = (start, end) => spans.some((span) => span.start < end && start < span.end);
  for (const one of here) {
    for (const [start, end] of spansOf(one)) {
      if (same(start, end)) continue;
      mark(start, end, "mark", "");
      spans.push({ start, end, now: false });
    }
  }
  shown.target = first ?? cited[0] ?? null;
  if (!first) spans.push({ start: place.start, end: place.end, now: true });
  return spans;
}

function showGone(report) {
  state.wanted = null;
  const list = element("button", { type: "button", class: "chip", "data-tab": "tab-reports" }, "看已收录的报告");
  showNotice(`链接里的报告“${report}”不在文库中，可能已移除或改了编号。`, list);
}

function showNotice(text, ...more) {
  $("source-notice").replaceChildren(element("p", {}, text), ...more);
  $("source-notice").hidden = false;
}

// False when another report was asked for while this one was on its way.
async function showReport(report) {
  const key = textKey(report);
  state.wanted = key;
  if (!texts.has(key)) {
    $("source").setAttribute("aria-busy", "true");
    try {
      texts.set(key, await call("open", { report }));
    } finally {
      $("source").removeAttribute("aria-busy");
    }
  }
  if (state.wanted !== key) return false;
  if (state.opened === report && $("paper").dataset.key === key) return true;
  const { text, outline, printed, pages } = texts.get(key);
  $("paper").innerHTML = text;
  $("paper").dataset.key = key;
  $("outline").innerHTML = outline || "<p>这份报告没有识别出章节标题。</p>";
  $("pick").value = report;
  state.opened = report;
  $("show-printed").hidden = !printed;
  if (!printed && shown.view === "printed") showView("text");
  $("original").href = `original/${encodeURIComponent(report)}`;
  $("pager").hidden = !printed && !pages.length;
  $("page-at").value = printed ? 1 : pages[0]?.[1] ?? "";
  $("page-count").textContent = printed || pages.at(-1)?.[1] || "";
  showFinder(false);
  return true;
}

// The page, as a reader counts, that holds an offset; null where there are no pages.
const pageOf = (offset) => opened()?.pages.findLast(([start]) => start <= offset)?.[1] ?? (opened()?.printed === 1 ? 1 : null);

function drawPicker() {
  const reports = state.status.reports;
  const places = grouped(reports, (r) => r.place);
  $("pick").replaceChildren();
  for (const [place, group] of places) {
    const parent = places.size > 1 && place ? element("optgroup", { label: place }) : $("pick");
    for (const report of group) parent.append(element("option", { value: report.id }, report.label));
    if (parent !== $("pick")) $("pick").append(parent);
  }
  if (!state.opened) $("pick").selectedIndex = -1; // a link that leads nowhere is no report's
  for (const node of document.querySelectorAll(".source, .divider")) node.classList.toggle("nothing", reports.length === 0);
  if (state.opened && reports.some((r) => r.id === state.opened)) {
    $("pick").value = state.opened;
    if ($("paper").dataset.key !== textKey(state.opened)) showReport(state.opened).catch((error) => toast(error.message));
  }
  else if (state.opened || !parsePlace(location.hash)) browse(reports);
}

async function browse(reports) {
  const gone = state.opened;
  state.opened = null;
  $("paper").replaceChildren();
  $("outline").replaceChildren();
  $("where").hidden = true;
  if (!reports.length) return;
  const newest = reports.reduce((a, b) => (b.date > a.date ? b : a));
  if (await showReport(newest.id)) showView("outline");
  if (gone) showNotice("刚才打开的报告已从文库移除。");
}

function showView(view) {
  shown.view = view;
  for (const [name, button, pane] of [["outline", "show-outline", "outline"], ["text", "show-text", "paper"], ["printed", "show-printed", "printed"]]) {
    $(pane).hidden = name !== view;
    $(button).setAttribute("aria-pressed", String(name === view));
  }
  $("zoom").hidden = view !== "printed";
  if (view === "outline") $("where").hidden = true;
}

const topLine = () => $("paper").getBoundingClientRect().top + 60;

// What a reader looks at: the marked clause while it is in view, else what is at the top of the pane.
function reading() {
  const pane = $("paper").getBoundingClientRect();
  const box = shown.target?.isConnected ? shown.target.getBoundingClientRect() : null;
  return box && box.bottom > pane.top && box.top < pane.bottom ? box.top + 1 : topLine();
}

// The headings and the page above what is read, and the section in the outline.
function drawWhere() {
  const paper = $("paper");
  if (paper.hidden) return;
  const line = reading();
  const above = (selector) => [...paper.querySelectorAll(selector)].findLast((n) => n.getBoundingClientRect().top <= line);
  const second = above(".h2");
  const first = above(".h1");
  const page = above("[data-page]");
  const inFirst = second && first && first.compareDocumentPosition(second) & Node.DOCUMENT_POSITION_FOLLOWING;
  const parts = [first, inFirst ? second : null].filter(Boolean).map((n) => n.textContent.replace(/第 \d+ 页/g, ""));
  $("where").textContent = [page ? `第 ${page.dataset.page} 页` : "", parts.join(" › ")].filter(Boolean).join("　");
  $("where").hidden = !$("where").textContent;
  if (page && document.activeElement !== $("page-at")) $("page-at").value = page.dataset.page;
  drawSection(Number(above("[data-s]")?.dataset.s ?? 0));
}

function drawSection(offset) {
  const links = [...$("outline").querySelectorAll("a")];
  const now = links.findLast((link) => parsePlace(link.getAttribute("href")).start <= offset);
  for (const link of links) {
    if (link === now) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

function goToPage(number) {
  const count = Number($("page-count").textContent);
  const page = Math.min(Math.max(1, number), count);
  if (shown.view === "printed") return showPage(page);
  showView("text");
  shown.target = null;
  const label = $("paper").querySelector(`[data-page="${page}"]`);
  if (label) label.scrollIntoView({ block: "start" });
  else toast(`第 ${page} 页没有文字。`);
  drawWhere();
  $("page-at").value = page;
}

function startSource() {
  let frame;
  $("paper").addEventListener("scroll", () => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(drawWhere);
  }, { passive: true });
  $("pick").onchange = () => visit(reportLink($("pick").value));
  $("show-outline").onclick = () => {
    showView("outline");
    $("outline").querySelector("[aria-current]")?.scrollIntoView({ block: "center" });
  };
  $("show-text").onclick = () => {
    const page = shown.view === "printed" ? printed.page : null;
    showView("text");
    if (page && shown.target && pageOf(shown.place.start) !== page) goToPage(page);
    else if (shown.target) shown.target.scrollIntoView({ block: "center" });
    else if (page) goToPage(page);
    drawWhere();
  };
  $("page-back").onclick = () => goToPage(Number($("page-at").value || 1) - 1);
  $("page-on").onclick = () => goToPage(Number($("page-at").value || 1) + 1);
  $("page-at").addEventListener("change", () => goToPage(Number.parseInt($("page-at").value, 10) || 1));
  $("only-this").onclick = () => {
    setScope([state.opened]);
    toast("以后只问这份报告，在提问框下可以改回来");
  };
}
