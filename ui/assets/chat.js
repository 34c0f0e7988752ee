// The conversation: asking, the turns, rating them.
const VERDICTS = ["有用", "答非所问", "出处不对"];

function drawStatus() {
  const { ready, failure, reports, examples } = state.status;
  const waiting = ready ? failure : "正在准备模型，首次启动可能要一分钟左右，可以先输入问题……";
  $("banner").textContent = waiting;
  $("banner").hidden = !waiting;
  $("scope").textContent = reports.length ? `问：${scopeText()}` : "还没有报告";
  const talking = $("turns").childElementCount > 0;
  $("export").hidden = $("clear").hidden = !talking;
  $("welcome").hidden = talking;
  if (!talking) redraw($("welcome"), welcome(reports, examples));
  $("send").disabled = state.asking || !reports.length;
}

function welcome(reports, examples) {
  if (!reports.length) return nothingYet();
  const named = reports.slice(0, 3).map((r) => `《${r.label}》`).join("");
  const rest = reports.length > 3 ? `等 ${reports.length} 份报告` : "";
  const list = element("div", { class: "examples", "data-key": "examples" });
  for (const text of examples) list.append(element("button", { type: "button", "data-ask": text }, text));
  return [
    element("h2", {}, "想查什么？"),
    element("p", {}, `已收录${named}${rest}。回答只用报告原文，每一句都能翻到出处。`),
    list,
  ];
}

function nothingYet() {
  const hint = state.status.readOnly
    ? "这个服务还没有收录报告，请联系管理员添加。"
    : "先到“报告”页添加一份政府工作报告，或把文件拖到这里，加好就能提问。";
  const nodes = [element("h2", {}, "还没有报告"), element("p", {}, hint)];
  if (!state.status.readOnly) nodes.push(element("button", { type: "button", class: "primary", "data-tab": "tab-reports" }, "去添加报告"));
  return nodes;
}

function drawTurn(question) {
  const turn = element("article", { class: "turn", "aria-label": "问答" });
  turn.append(element("h2", { class: "question" }, question), element("div", { class: "reply" }));
  $("turns").append(turn);
  return turn;
}

function addTurn(key, item) {
  const turn = drawTurn(item.turn.question);
  turn.dataset.key = key;
  drawReply(turn, item);
}

function drawReply(turn, { html, turn: record, copies }) {
  const reply = turn.querySelector(".reply");
  reply.innerHTML = html;
  turn.record = record;
  turn.copies = copies;
  if (record.answer.shape === "help") return;
  if (!record.answer.answered && record.reports) {
    const everywhere = element("button", { type: "button", class: "chip", "data-everywhere": record.question }, "在全部报告中再问一次");
    reply.querySelector(".refused")?.append(everywhere);
  }
  reply.append(rating(record), element("div", { class: "next", role: "group", "aria-label": "接着问", hidden: true }));
}

function rating(record) {
  const foot = element("div", { class: "rate", role: "group", "aria-label": "评价这个回答" });
  for (const verdict of VERDICTS) {
    foot.append(element("button", { type: "button", class: "quiet", "data-rate": verdict, "aria-pressed": String(record.rated === verdict) }, verdict));
  }
  foot.append(element("span", { class: "grow" }));
  if (record.answer.table) foot.append(element("button", { type: "button", class: "quiet", "data-take": "table" }, "复制表格"));
  foot.append(element("button", { type: "button", class: "quiet", "data-take": "text" }, "复制回答"));
  return foot;
}

function drawFailure(turn, question, message) {
  const again = element("button", { type: "button", class: "chip", "data-again": question }, "重试");
  const box = element("div", { class: "answer failed" });
  box.append(element("p", { role: "alert" }, message), again);
  turn.querySelector(".reply").replaceChildren(box);
}

async function ask(question) {
  question = question.trim();
  if (state.asking) return toast("上一个问题还在查，请等它答完再问。");
  if (!question || !state.status?.reports.length) return;
  state.asking = true;
  const turn = drawTurn(question);
  turn.querySelector(".reply").append(element("div", { class: "pending", role: "img", "aria-label": "正在查阅报告" }));
  turn.setAttribute("aria-busy", "true");
  drawStatus();
  turn.scrollIntoView({ block: "start", behavior: "smooth" });
  const earlier = [...document.querySelectorAll(".turn")].map((one) => one.record?.answer.question).filter(Boolean);
  const thread = currentThread();
  try {
    const reports = scoped();
    const result = await call("ask", { question, reports, history: earlier.slice(-6) });
    result.turn.reports = reports;
    const key = keepTurn(result.turn, `${TURN}${thread}.${moment()}`);
    if (turn.isConnected) {
      turn.dataset.key = key;
      drawReply(turn, result);
      suggest(turn).catch(() => {});
    }
    $("announce").textContent = result.turn.answer.answered ? `已回答，${result.turn.answer.citations.length} 条出处` : "报告中没有找到答案";
    if (result.version !== state.status.version) refresh();
  } catch (error) {
    drawFailure(turn, question, error.message);
    refresh();
  }
  state.asking = false;
  turn.removeAttribute("aria-busy");
  drawStatus();
  drawThreads();
  turn.scrollIntoView({ block: "start" });
}

// What could be asked next, under the last answer only.
async function suggest(turn) {
  const { questions } = await call("suggest", { turn: turn.record, reports: scoped() });
  // An earlier turn's may come in after the last one's, which they must leave alone.
  const next = turn.querySelector(".next");
  if (!next || turn !== $("turns").lastElementChild) return;
  for (const old of document.querySelectorAll(".next")) old.hidden = true;
  if (!questions.length) return;
  next.replaceChildren(element("span", {}, "接着问"), ...questions.map((text) => element("button", { type: "button", class: "chip", "data-ask": text }, text)));
  next.hidden = false;
}

// The turns of this tab's thread, rendered (and their quotes checked) by the server.
async function showTurns(rendered = null) {
  const kept = keptTurns();
  const last = kept.slice(-SHOWN);
  const turns = rendered ?? (last.length ? (await call("render", { turns: last.map(({ turn }) => turn) })).turns : []);
  $("turns").replaceChildren();
  last.forEach(({ key }, at) => { if (turns[at]?.html) addTurn(key, turns[at]); });
  $("earlier").hidden = kept.length <= SHOWN;
  $("earlier").textContent = `这里只显示最近 ${SHOWN} 问，更早的 ${kept.length - SHOWN} 问导出后可以看到。`;
  drawStatus();
  const newest = $("turns").lastElementChild;
  newest?.scrollIntoView({ block: "start" });
  if (newest?.record) suggest(newest).catch(() => {});
}

// The library has changed: what the cards say of their quotes is checked again.
async function checkAgain() {
  const turns = [...document.querySelectorAll(".turn")].filter((turn) => turn.record);
  if (!turns.length) return;
  const { turns: rendered } = await call("render", { turns: turns.map((turn) => turn.record) });
  turns.forEach((turn, at) => {
    const fresh = element("div");
    fresh.innerHTML = rendered[at].html ?? "";
    const badges = fresh.querySelectorAll(".checked, .unchecked");
    turn.querySelectorAll(".checked, .unchecked").forEach((old, n) => { if (badges[n]) old.replaceWith(badges[n]); });
  });
}

async function rate(button) {
  const turn = button.closest(".turn");
  const taken = button.getAttribute("aria-pressed") === "true";
  const verdict = taken ? "撤回" : button.dataset.rate;
  await call("rate", { verdict, turn: turn.record });
  for (const other of turn.querySelectorAll("[data-rate]")) other.setAttribute("aria-pressed", String(!taken && other === button));
  turn.record.rated = taken ? null : verdict;
  keepTurn(turn.record, turn.dataset.key);
  turn.querySelector(".correction")?.remove();
  toast(taken ? "已撤回" : "谢谢，已记下");
  if (!taken && verdict !== "有用") askCorrection(turn, verdict);
}

function askCorrection(turn, verdict) {
  const form = element("form", { class: "correction" });
  const input = element("input", { type: "text", name: "note", maxlength: "500", placeholder: "正确答案是……（可以不填）", "aria-label": "正确答案是" });
  form.append(input, element("button", { type: "submit", class: "quiet" }, "提交"));
  form.onsubmit = (event) => {
    event.preventDefault();
    if (!input.value.trim()) return form.remove();
    call("rate", { verdict, turn: turn.record, note: input.value.trim() }).then(() => { form.remove(); toast("谢谢，已记下"); }, (error) => toast(error.message));
  };
  turn.querySelector(".rate").after(form);
  input.focus();
  form.scrollIntoView({ block: "nearest" });
}

async function act(target) {
  const { ask: question, again, copy: text, link, rate: verdict, tab, take: what, everywhere, export: form } = target.dataset;
  if (question !== undefined) return ask(question);
  if (again !== undefined) { if (!state.asking) target.closest(".turn").remove(); return ask(again); }
  if (everywhere !== undefined) { setScope(null); return ask(everywhere); }
  if (text !== undefined) return copy(text);
  if (link !== undefined) return copy(location.href.split("#")[0] + link);
  if (verdict !== undefined) return rate(target);
  if (what !== undefined) return take(target.closest(".turn"), what);
  if (form !== undefined) return exportAs(form);
  if (tab !== undefined) showTab(tab);
}
