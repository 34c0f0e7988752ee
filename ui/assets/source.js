// The source pane: opens `#/report/start-end/quote,quote` (ui/viewer.py place_link) and marks it.
const texts = new Map();

function parsePlace(hash) {
  const parts = hash.replace(/^#\//, "").split("/");
  if (!hash.startsWith("#/") || !parts[0]) return null;
  const pair = (text) => text.split("-").map(Number);
  let report;
  try {
    report = decodeURIComponent(parts[0]);
  } catch {
    return null;
  }
  const [start, end] = parts[1] ? pair(parts[1]) : [null, null];
  const quotes = parts[2] ? parts[2].split(",").map(pair) : [];
  if (![start ?? 0, end ?? 0, ...quotes.flat()].every(Number.isInteger)) return null;
  return { report, start, end: end ?? null, quotes };
}

async function openHash(hash) {
  const place = parsePlace(hash);
  if (!place) return;
  for (const card of document.querySelectorAll(".card")) card.classList.toggle("current", card.dataset.open === hash);
  slide(true);
  try {
    await openPlace(place);
  } catch (error) {
    toast(error.message);
  }
}

async function openPlace({ report, start, end, quotes }) {
  if (!(await showReport(report))) return;
  showOutline(false);
  unmark();
  if (start === null) return void ($("paper").scrollTop = 0);
  if (end === null) {
    blockAt(start)?.scrollIntoView({ block: "start" });
    return drawWhere();
  }
  const cited = mark(start, end, "span", "cite");
  const marked = quotes.flatMap(([from, to]) => mark(from, to, "mark", ""));
  const target = marked[0] || cited[0];
  if (!target) return toast("这段原文已不在报告中，报告可能更新过。");
  target.scrollIntoView({ block: "center" });
  drawWhere();
}

// False when another report was asked for while this one was on its way.
async function showReport(report) {
  const key = `${report}@${state.status.version}`;
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
  if (state.opened === key) return true;
  const { text, outline } = texts.get(key);
  $("paper").innerHTML = text;
  $("outline").innerHTML = outline || "<p>这份报告没有识别出章节标题。</p>";
  $("pick").value = report;
  state.opened = key;
  return true;
}

const blocks = () => [...$("paper").children];
const blockAt = (offset) => blocks().findLast((block) => Number(block.dataset.s) <= offset);

function unmark() {
  for (const node of $("paper").querySelectorAll(".cite, mark")) node.replaceWith(...node.childNodes);
  $("paper").normalize();
}

// Offsets count code points, DOM offsets UTF-16 units; the two differ only for rare characters.
function units(text, points) {
  return /[\ud800-\udbff]/.test(text) ? [...text].slice(0, points).join("").length : points;
}

function mark(start, end, tag, name) {
  const made = [];
  for (const block of blocks()) {
    let offset = Number(block.dataset.s);
    if (offset >= end) break;
    const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
    const nodes = [];
    while (walker.nextNode()) if (!walker.currentNode.parentElement.closest("[data-skip]")) nodes.push(walker.currentNode);
    for (const node of nodes) {
      const length = [...node.data].length;
      const from = Math.max(start - offset, 0);
      const to = Math.min(end - offset, length);
      if (from < to) made.push(wrap(node, units(node.data, from), units(node.data, to), tag, name));
      offset += length;
    }
  }
  return made;
}

function wrap(node, from, to, tag, name) {
  const range = document.createRange();
  range.setStart(node, from);
  range.setEnd(node, to);
  const wrapper = element(tag, name ? { class: name } : {});
  range.surroundContents(wrapper);
  return wrapper;
}

function drawPicker() {
  const reports = state.status.reports;
  const places = Map.groupBy ? Map.groupBy(reports, (r) => r.place) : new Map([["", reports]]);
  $("pick").replaceChildren();
  for (const [place, group] of places) {
    const parent = places.size > 1 && place ? element("optgroup", { label: place }) : $("pick");
    for (const report of group) parent.append(element("option", { value: report.id }, report.label));
    if (parent !== $("pick")) $("pick").append(parent);
  }
  $("source").classList.toggle("nothing", reports.length === 0);
  const shown = state.opened?.split("@")[0];
  if (shown && reports.some((r) => r.id === shown)) $("pick").value = shown;
  else if (shown || !parsePlace(location.hash)) browse(reports);
}

async function browse(reports) {
  state.opened = null;
  $("paper").replaceChildren();
  $("outline").replaceChildren();
  $("where").hidden = true;
  if (!reports.length) return;
  if (await showReport(reports.reduce((a, b) => (b.date > a.date ? b : a)).id)) showOutline(true);
}

function showOutline(shown) {
  $("outline").hidden = !shown;
  $("paper").hidden = shown;
  $("show-outline").setAttribute("aria-pressed", String(shown));
  $("show-text").setAttribute("aria-pressed", String(!shown));
  if (shown) $("where").hidden = true;
}

// The headings and the page above what is now at the top of the pane.
function drawWhere() {
  const paper = $("paper");
  const top = paper.getBoundingClientRect().top + 60;
  const above = (selector) => [...paper.querySelectorAll(selector)].findLast((n) => n.getBoundingClientRect().top <= top);
  const second = above(".h2");
  const first = above(".h1");
  const page = above("[data-page]");
  const inFirst = second && first && first.compareDocumentPosition(second) & Node.DOCUMENT_POSITION_FOLLOWING;
  const parts = [first, inFirst ? second : null].filter(Boolean).map((n) => n.textContent.replace(/第 \d+ 页/g, ""));
  $("where").textContent = [page ? `第 ${page.dataset.page} 页` : "", parts.join(" › ")].filter(Boolean).join("　");
  $("where").hidden = paper.hidden || !$("where").textContent;
}

function slide(open) {
  $("source").classList.toggle("open", open);
  const covered = phone.matches && open;
  $("source").inert = phone.matches && !open;
  document.querySelector(".chat").inert = covered;
  if (covered) $("close-source").focus();
}

function startSource() {
  let frame;
  $("paper").addEventListener("scroll", () => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(drawWhere);
  }, { passive: true });
  $("pick").onchange = async () => {
    const opened = $("outline").hidden;
    try {
      await openPlace({ report: $("pick").value, start: null, end: null, quotes: [] });
      showOutline(!opened);
    } catch (error) {
      toast(error.message);
    }
  };
  $("show-outline").onclick = () => showOutline(true);
  $("show-text").onclick = () => { showOutline(false); drawWhere(); };
  $("show-source").onclick = () => slide(true);
  $("close-source").onclick = () => { slide(false); $("show-source").focus(); };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && phone.matches && !$("confirm").open) slide(false);
  });
  phone.addEventListener("change", () => slide($("source").classList.contains("open")));
  window.addEventListener("hashchange", () => openHash(location.hash));
  slide(false);
}
