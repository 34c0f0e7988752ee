// The pages of a report as they were printed: pictures that the server draws, the quotes boxed.
const printed = { page: 1, zoomed: false };

// What is marked in the text: boxed on its page.
function showMarked() {
  const span = shown.spans.find((one) => one.now);
  return showPage((span && pageOf(span.start)) ?? printed.page);
}

async function showPage(number) {
  const report = opened();
  printed.page = Math.min(Math.max(1, number), report.printed);
  $("page-at").value = printed.page;
  $("where").textContent = `第 ${printed.page} 页　${report.file}`;
  $("where").hidden = false;
  const sheet = element("div", { class: printed.zoomed ? "sheet zoomed" : "sheet" });
  const image = element("img", { src: pictureOf(printed.page), alt: `${report.file} 第 ${printed.page} 页` });
  image.onerror = () => showNotice("这一页画不出来，请看文本，或下载原件查看。");
  sheet.append(image);
  $("printed").replaceChildren(sheet);
  $("printed").scrollTop = 0;
  const next = printed.page < report.printed ? new Image() : null;
  if (next) next.src = pictureOf(printed.page + 1);
  $("printed").setAttribute("aria-busy", "true");
  try {
    // Both are asked for at once; without its picture the page has no height to place a box by.
    const areas = areasOf(printed.page);
    const searching = setTimeout(() => { if (sheet.isConnected) $("where").textContent += "　正在找引文的位置……"; }, 800); // a scan is recognised anew
    const [draw] = await Promise.all([areas, image.decode().catch(() => {})]).finally(() => clearTimeout(searching));
    if (!sheet.isConnected) return; // another page was turned to meanwhile
    $("where").textContent = `第 ${printed.page} 页　${report.file}`;
    draw(sheet);
    sheet.querySelector(".area.now")?.scrollIntoView({ block: "center" });
  } finally {
    if (sheet.isConnected) $("printed").removeAttribute("aria-busy");
  }
}

function pictureOf(page) {
  const wide = $("printed").clientWidth || $("source").clientWidth;
  const width = Math.round(wide * (window.devicePixelRatio || 1) * (printed.zoomed ? 2 : 1));
  const { report, content } = opened();
  return `original/${encodeURIComponent(report)}/${page}?w=${width}&v=${content}`;
}

// What draws the boxes of a page, once the server has told where they are.
async function areasOf(page) {
  const spans = [...shown.spans, ...finder.spans.map(([start, end], at) => ({ start, end, now: at === finder.at, found: true }))]
    .filter(({ start, end }) => pageOf(start) <= page && page <= pageOf(end - 1));
  if (!spans.length) return () => {};
  const asked = { report: state.opened, page, spans: spans.map(({ start, end }) => [start, end]) };
  const { areas } = await call("areas", asked);
  return (sheet) => drawAreas(sheet, spans, areas);
}

function drawAreas(sheet, spans, areas) {
  areas.forEach((list, at) => list.forEach(([left, top, right, bottom]) => {
    const { now, found } = spans[at];
    const place = `left:${100 * left}%;top:${100 * top}%;width:${100 * (right - left)}%;height:${100 * (bottom - top)}%`;
    sheet.append(element("div", { class: ["area", now && "now", found && "found"].filter(Boolean).join(" "), style: place }));
  }));
  const told = shown.spans.some((span) => span.now) && !areas.some((list, at) => spans[at].now && list.length);
  if (told) showNotice("这一页上没有找到引文的位置（可能是图片），文字请看“文本”。");
}

function startPrinted() {
  $("show-printed").onclick = () => {
    const reading = $("page-at").value;
    const marked = shown.target && (shown.view === "outline" || isInView(shown.target, $("paper")));
    showView("printed");
    const show = marked ? showMarked() : showPage(Number(reading) || 1);
    show.catch((error) => toast(error.message));
  };
  $("zoom").onclick = () => {
    printed.zoomed = !printed.zoomed;
    $("zoom").setAttribute("aria-pressed", String(printed.zoomed));
    showPage(printed.page).catch((error) => toast(error.message));
  };
  $("printed").addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    showPage(printed.page + by).catch((error) => toast(error.message));
  });
}

function isInView(node, pane) {
  const [box, edge] = [node.getBoundingClientRect(), pane.getBoundingClientRect()];
  return box.height > 0 && box.bottom > edge.top && box.top < edge.bottom;
}
