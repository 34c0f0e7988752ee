// Files on their way into the library: sent, queued, read, done or failed. What is done or failed stays until
// dismissed, what failed also across a reload.
const FAILED = "wenbao.failed";
const KEPT = "wenbao.outcome"; // up to which outcome this browser has kept the failures
const sending = new Map(); // file name → what is said of it
const tried = new Map(); // what the queue calls a file's adding → the file, so that it can be sent again
const CANCELLED = "已取消"; // ui/messages.py
let done = []; // outcomes since this page was opened, newest first
const TOLD = "wenbao.told"; // up to which outcome this tab has told of them: every open tab tells of each

// Of the server's outcomes those that came after `mark`; none for whoever comes for the first time.
function outcomesAfter(mark) {
  const { outcomes, session } = state.status.job;
  return mark?.session === session ? outcomes.filter((o) => o.number > mark.number) : mark ? outcomes : [];
}

function keepFailures(now) {
  const kept = stored(KEPT, null);
  const failures = outcomesAfter(kept).filter((o) => o.reason).map((o) => ({ ...o, id: `${now.session}.${o.number}` }));
  if (failures.length) keepFailed(failures.reverse());
  if (kept?.session !== now.session || kept.number < now.number) store(KEPT, now);
}

// Another tab may have kept the same one.
function keepFailed(failures) {
  const ids = failures.map(({ id }) => id);
  store(FAILED, [...failures, ...stored(FAILED, []).filter(({ id }) => !ids.includes(id))].slice(0, 50));
}

function drawJob() {
  const { running, waiting, finished, session } = state.status.job;
  const now = { session, number: finished };
  keepFailures(now);
  const fresh = outcomesAfter(JSON.parse(sessionStorage.getItem(TOLD)));
  sessionStorage.setItem(TOLD, JSON.stringify(now));
  for (const { name, reason, note } of fresh) toast(`${name}${reason ? "没有成功" : note === CANCELLED ? CANCELLED : "完成"}`);
  done.unshift(...fresh.filter((o) => !o.reason).reverse());
  if (!shelfShown()) return;
  const lines = [
    ...[...sending].map(([name, said]) => queueLine("sending", `上传 ${name}`, said)),
    ...(running ? [runningLine(running)] : []),
    ...waiting.map(({ id, name }) => cancellable(queueLine("waiting", name, "等待"), id, name)),
    ...stored(FAILED, []).map(({ name, reason, id }) => endedLine("bad", name, reason, id)),
    ...done.map(({ name, note, number }) => endedLine("good", name, note || "完成", number)),
  ];
  redraw($("queue"), lines);
}

function queueLine(kind, name, said) {
  const line = element("li", { class: kind });
  line.append(element("span", { class: "what" }, name), element("span", { class: "said" }, said));
  return line;
}

function cancellable(line, id, name) {
  if (!state.status.readOnly) line.append(element("button", { type: "button", class: "quiet", "data-cancel": String(id), "aria-label": `取消：${name}` }, "取消"));
  return line;
}

function runningLine({ id, name, done: count, total, label }) {
  const line = queueLine("running", name, [label || "处理中", total ? `${count} / ${total}` : ""].filter(Boolean).join("　"));
  line.dataset.key = "running";
  const bar = element("progress", { max: 1, "data-key": "bar", "aria-label": `${name}的进度` });
  if (total) bar.value = count / total;
  line.append(bar);
  return cancellable(line, id, name);
}

function endedLine(kind, name, said, id) {
  const line = queueLine(kind, name, said);
  if (kind === "bad" && tried.has(name)) line.append(element("button", { type: "button", class: "quiet", "data-retry": String(id), "aria-label": `重试：${name}` }, "重试"));
  line.append(element("button", { type: "button", class: "quiet", "data-dismiss": String(id), "aria-label": `不再显示：${name}` }, "知道了"));
  return line;
}

function failed(name, reason) {
  keepFailed([{ name, reason, id: moment() }]);
  drawJob();
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
  if (state.status.readOnly) return toast("这里不能添加报告。");
  const same = files.filter((file) => state.status.reports.some((r) => r.file === file.name));
  let replace = false;
  if (same.length) {
    const names = same.map((file) => `“${file.name}”`).join("、");
    const told = await asked({
      text: `文库里已有同名的文件${names}。内容相同的不会重复收录；内容不同时怎么办？`,
      answers: [["replace", "替换旧的"], ["both", "两份都留"]],
    });
    if (!told) files = files.filter((file) => !same.includes(file));
    replace = told?.answer === "replace";
  }
  for (const file of files) {
    sending.set(file.name, "等待上传");
    tried.set(`添加 ${file.name}`, file).set(`添加《${file.name.replace(/(.)\.[^.]*$/, "$1")}》`, file);
  }
  drawJob();
  for (const file of files) {
    sending.set(file.name, "上传中");
    drawJob();
    try {
      const key = await upload(file);
      sending.delete(file.name);
      apply(await call("add", { file: key, replace }));
    } catch (error) {
      sending.delete(file.name);
      failed(`添加 ${file.name}`, error.message);
    }
  }
}

const sendAll = (files) => send([...files]).catch((error) => toast(error.message));

// Files may be dropped anywhere on the page.
function startDrop() {
  let inside = 0;
  const carries = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files") && !state.status?.readOnly;
  const show = (on) => { $("dropping").hidden = !on; };
  document.addEventListener("dragenter", (event) => { if (carries(event)) show(++inside > 0); });
  document.addEventListener("dragleave", (event) => { if (carries(event)) show((inside = Math.max(0, inside - 1)) > 0); });
  document.addEventListener("dragover", (event) => { if (carries(event)) event.preventDefault(); });
  document.addEventListener("drop", (event) => {
    inside = 0;
    show(false);
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault();
    showTab("tab-reports");
    sendAll(event.dataTransfer.files);
  });
}

function startUploads() {
  $("files").addEventListener("change", ({ target }) => {
    sendAll([...target.files]);
    target.value = "";
  });
  $("queue").addEventListener("click", ({ target }) => {
    const { cancel, retry, dismiss = retry } = target.dataset;
    if (cancel !== undefined) call("cancel", { job: Number(cancel) }).then(apply).catch((error) => toast(error.message));
    if (dismiss === undefined) return;
    const again = stored(FAILED, []).find(({ id }) => String(id) === retry);
    store(FAILED, stored(FAILED, []).filter(({ id }) => String(id) !== dismiss));
    done = done.filter(({ number }) => String(number) !== dismiss);
    drawJob();
    if (again && tried.has(again.name)) sendAll([tried.get(again.name)]);
  });
  window.addEventListener("storage", ({ key }) => { if (key === FAILED) drawJob(); });
}
