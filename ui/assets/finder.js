// Searching inside the report that is open, in its text or on its printed pages.
const finder = { spans: [], at: 0 };

function find() {
  const wanted = $("find-text").value.trim();
  unmark(".found");
  finder.spans = wanted ? occurrences(wanted) : [];
  finder.at = 0;
  for (const [start, end] of finder.spans) mark(start, end, "span", "found");
  if (shown.view === "outline") showView("text");
  showFound();
}

function showFound() {
  const { spans, at } = finder;
  $("find-at").textContent = spans.length ? `${at + 1}/${spans.length}` : $("find-text").value.trim() ? "没有找到" : "";
  for (const id of ["find-back", "find-on"]) $(id).disabled = spans.length < 2;
  for (const node of $("paper").querySelectorAll(".found.now")) node.classList.remove("now");
  if (!spans.length) return;
  if (shown.view === "printed" && pageOf(spans[at][0])) return void showPage(pageOf(spans[at][0])).catch((error) => toast(error.message));
  const now = foundNodes(spans[at]);
  for (const node of now) node.classList.add("now");
  shown.target = null;
  now[0]?.scrollIntoView({ block: "center" });
  drawWhere();
}

// The marks of one occurrence: those of its block whose offset lies inside.
function foundNodes([start, end]) {
  const block = blockAt(start);
  let offset = Number(block.dataset.s);
  const nodes = [];
  for (const node of textNodes(block)) {
    if (offset >= start && offset < end) nodes.push(node.parentElement.closest(".found"));
    offset += points(node.data);
  }
  return nodes.filter(Boolean);
}

function goOn(by) {
  finder.at = (finder.at + by + finder.spans.length) % finder.spans.length;
  showFound();
}

function showFinder(open) {
  $("find-bar").hidden = !open;
  $("show-find").setAttribute("aria-expanded", String(open));
  if (open) $("find-text").select();
  else clearFind();
}

function clearFind() {
  unmark(".found");
  finder.spans = [];
  $("find-text").value = $("find-at").textContent = "";
}

function startFinder() {
  let timer;
  $("find-text").addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(find, 150);
  });
  $("find-bar").addEventListener("submit", (event) => {
    event.preventDefault();
    if (finder.spans.length) goOn(1);
    else find();
  });
  $("find-back").onclick = () => goOn(-1);
  $("find-close").onclick = () => { showFinder(false); $("show-find").focus(); };
  $("show-find").onclick = () => showFinder($("find-bar").hidden);
}
