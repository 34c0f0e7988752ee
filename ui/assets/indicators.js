// The indicators tab (ui/indicators.py): the list of figures and one indicator's course.
// `drawChart` triggers an event of Gradio, which draws the chart; it comes when the tab is first opened.
let drawChart = null;
let latest = 0;
let figuresOf = null;

function wanted() {
  const of = (id) => $(id).value.trim();
  return { name: of("fig-name"), report: of("fig-report"), year: of("fig-year"), mode: of("fig-mode") };
}

async function drawFigures() {
  const turn = ++latest;
  try {
    if (figuresOf !== state.status.version) await offerChoices();
    const [list] = await Promise.all([call("figures", wanted()), drawCourse()]);
    if (turn === latest) drawList(list);
  } catch (error) {
    toast(error.message);
  }
}

async function offerChoices() {
  const { names, years, modes } = await call("choices");
  figuresOf = state.status.version;
  offer($("fig-report"), "全部报告", state.status.reports.map((r) => [r.id, r.label]));
  offer($("fig-year"), "全部年份", years.map((year) => [String(year), `${year}年`]));
  offer($("fig-mode"), "全部类型", Object.entries(modes));
  redraw($("fig-names"), names.map((name) => element("option", { value: name })));
}

function offer(select, all, options, value = select.value) {
  const pairs = all ? [["", all], ...options] : options;
  redraw(select, pairs.map(([key, text]) => element("option", { value: key, "data-key": key }, text)));
  select.value = pairs.some(([key]) => key === value) ? value : pairs[0]?.[0] ?? "";
}

function drawList({ rows, total, shown, skipped }) {
  const reports = state.status.reports.length;
  const filtered = Object.values(wanted()).some(Boolean);
  redraw($("fig-rows"), nodesOf(rows, $("fig-rows")));
  $("fig-table").hidden = !total;
  $("fig-filters").hidden = !reports;
  $("fig-csv").hidden = !total;
  $("fig-count").textContent = total ? `${total} 条` : "";
  $("fig-empty").hidden = total > 0;
  if (!reports) $("fig-empty").textContent = "还没有收录报告，添加报告后这里会列出其中的指标。";
  else $("fig-empty").textContent = filtered ? "没有符合条件的指标。" : "这些报告里没有能确定的指标。";
  const rest = total > shown ? `只列出前 ${shown} 条，可以再筛选，或下载 CSV 查看全部。` : "";
  const unsure = skipped ? `另有 ${skipped} 个数，名称、年份或性质不能确定，没有列入。` : "";
  $("fig-note").textContent = rest + unsure;
}

async function drawCourse() {
  const of = (id) => $(id).value;
  const data = { ...wanted(), view: of("course-view"), place: of("course-place"), measure: of("course-measure") };
  const turn = latest;
  const { course } = await call("course", data);
  if (turn !== latest) return;
  for (const id of ["course-head", "course-cells"]) $(id).hidden = !course;
  $("course-plot").classList.toggle("none", !course);
  if (!course) return;
  $("course-title").textContent = course.title;
  redraw($("course-table"), nodesOf(course.table, $("course-table")));
  offer($("course-view"), "", course.views, course.view);
  $("course-view-box").hidden = course.views.length < 2;
  $("course-cells").classList.toggle("across", Boolean(course.view));
  if (!course.view) offer($("course-place"), "", course.places.map((place) => [place, place || "未标明地点"]), course.place);
  offer($("course-measure"), "", Object.entries(course.measures), course.measure);
  $("course-place-box").hidden = course.places.length < 2;
  $("course-measure-box").hidden = Object.keys(course.measures).length < 2;
  $("course-note").textContent = course.note;
  $("course-note").hidden = !course.note;
  drawChart("submit", { ...data, name: course.name, view: course.view, place: course.place, measure: course.measure });
}

async function downloadFigures() {
  const { csv } = await call("figures_csv", wanted());
  download("指标.csv", `\ufeff${csv}`, "text/csv;charset=utf-8");
}

function startFigures(event) {
  if (!state.status) return void setTimeout(() => startFigures(event), 100);
  drawChart = event.detail;
  let timer;
  const soon = () => { clearTimeout(timer); timer = setTimeout(drawFigures, 250); };
  $("fig-name").addEventListener("input", soon);
  for (const id of ["fig-report", "fig-year", "fig-mode", "course-view", "course-place", "course-measure"]) {
    $(id).addEventListener("change", drawFigures);
  }
  $("fig-csv").onclick = () => downloadFigures().catch((error) => toast(error.message));
  $("fig-rows").addEventListener("click", (click) => {
    const name = click.target.closest("[data-figure]")?.dataset.figure;
    if (!name) return;
    $("fig-name").value = name;
    drawFigures();
    document.querySelector("#tab-figures").scrollTo({ top: 0, behavior: "smooth" });
  });
  $("course-table").addEventListener("click", (click) => {
    const place = click.target.closest("[data-place]")?.dataset.place;
    if (!place) return;
    offer($("course-view"), "", [["", ""]], "");
    offer($("course-place"), "", [[place, place]], place);
    drawFigures();
  });
  $("tab-figures-button").addEventListener("click", drawChanged);
  drawChanged();
}

// The library may have changed since the list was drawn.
function drawChanged() {
  if (state.status && figuresOf !== state.status.version) drawFigures();
}
