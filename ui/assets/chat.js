// The conversation: asking, the turns, what survives a reload.
function drawStatus() {
  const { ready, failure, reports, examples } = state.status;
  const waiting = ready ? failure : "正在准备模型，首次启动可能要一分钟左右，可以先输入问题……";
  $("banner").textContent = waiting;
  $("banner").hidden = !waiting;
  $("scope").textContent = reports.length ? `询问范围：${scopeText()}` : "还没有报告";
  const talking = $("turns").childElementCount > 0;
  $("export").hidden = $("clear").hidden = !talking;
  $("welcome").hidden = talking;
  if (!talking) $("welcome").replaceChildren(...welcome(reports, examples));
  $("send").disabled = state.asking || !reports.length;
}

function welcome(reports, examples) {
  if (!reports.length) return nothingYet();
  const named = reports.slice(0, 5).map((r) => `《${r.label}》`).join("");
  const rest = reports.length > 5 ? `等 ${reports.length} 份报告` : "";
  const list = element("div", { class: "examples" });
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
    : "先到“报告”页添加一份政府工作报告，加好就能提问。";
  const nodes = [element("h2", {}, "还没有报告"), element("p", {}, hint)];
  if (!state.status.readOnly) nodes.push(element("button", { type: "button", class: "primary", "data-tab": "tab-reports" }, "去添加报告"));
  return nodes;
}

function drawTurn(question) {
  const turn = element("article", { class: "turn", "aria-label": "问答" });
  turn.append(element("h3", { class: "question" }, question), element("div", { class: "reply" }));
  $("turns").append(turn);
  return turn;
}

function drawReply(turn, { html, turn: record }) {
  const reply = turn.querySelector(".reply");
  reply.innerHTML = html;
  const foot = element("div", { class: "rate", role: "group", "aria-label": "评价这个回答" });
  for (const verdict of ["有用", "答非所问", "出处不对"]) {
    foot.append(element("button", { type: "button", class: "quiet", "data-rate": verdict, "aria-pressed": "false" }, verdict));
  }
  foot.append(element("span", { class: "grow" }));
  foot.append(element("button", { type: "button", class: "quiet", "data-copy": record.answer.text }, "复制回答"));
  reply.append(foot);
  turn.record = record;
}

function drawFailure(turn, question, message) {
  const again = element("button", { type: "button", class: "chip", "data-again": question }, "重试");
  const text = element("p", { role: "alert" }, message);
  const box = element("div", { class: "answer failed" });
  box.append(text, again);
  turn.querySelector(".reply").replaceChildren(box);
}

async function ask(question) {
  question = question.trim();
  if (!question || state.asking || !state.status?.reports.length) return;
  state.asking = true;
  const turn = drawTurn(question);
  turn.querySelector(".reply").append(element("div", { class: "pending", "aria-label": "正在查阅报告" }));
  turn.setAttribute("aria-busy", "true");
  drawStatus();
  turn.scrollIntoView({ block: "start", behavior: "smooth" });
  const history = state.turns.slice(-6).map((record) => record.answer.question);
  try {
    const result = await call("ask", { question, reports: scoped(), history });
    drawReply(turn, result);
    remember(result.turn);
    $("announce").textContent = result.turn.answer.answered ? `已回答，${result.turn.answer.citations.length} 条出处` : "报告中没有找到答案";
    if (result.version !== state.status.version) refresh();
  } catch (error) {
    drawFailure(turn, question, error.message);
    refresh();
  }
  state.asking = false;
  turn.removeAttribute("aria-busy");
  drawStatus();
  turn.scrollIntoView({ block: "start" });
}

function remember(record) {
  state.turns = [...state.turns, record].slice(-60);
  store(STORE, state.turns);
}

function restore(turns) {
  for (const item of turns) {
    if (!item.html) continue;
    drawReply(drawTurn(item.turn.question), item);
    state.turns.push(item.turn);
  }
  if (state.turns.length) $("turns").lastElementChild.scrollIntoView({ block: "start" });
}

async function rate(button) {
  const turn = button.closest(".turn");
  if (button.getAttribute("aria-pressed") === "true") return;
  for (const other of turn.querySelectorAll("[data-rate]")) other.setAttribute("aria-pressed", String(other === button));
  await call("rate", { verdict: button.dataset.rate, turn: turn.record });
  toast("谢谢，已记下");
}

async function act(target) {
  const { ask: question, again, copy: text, link, rate: verdict, tab } = target.dataset;
  if (question !== undefined) return ask(question);
  if (again !== undefined) { target.closest(".turn").remove(); return ask(again); }
  if (text !== undefined) return copy(text);
  if (link !== undefined) return copy(location.href.split("#")[0] + link);
  if (verdict !== undefined) return rate(target);
  if (tab !== undefined) showTab(tab);
}

async function clear() {
  if (!(await confirmed("清空这次对话？清空后不能恢复，可以先导出。"))) return;
  state.turns = [];
  store(STORE, []);
  $("turns").replaceChildren();
  drawStatus();
  $("question").focus();
}

function startChat() {
  const box = $("question");
  const grow = () => {
    box.style.height = "auto";
    box.style.height = `${Math.min(box.scrollHeight, 160)}px`;
  };
  const submit = () => {
    if (state.asking || !box.value.trim() || !state.status?.reports.length) return;
    ask(box.value);
    box.value = "";
    grow();
  };
  box.addEventListener("input", grow);
  // Enter that ends a pinyin candidate must not send (keyCode 229 is how Safari tells).
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    submit();
  });
  $("composer").addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  $("scope").onclick = () => showTab("tab-reports");
  $("clear").onclick = clear;
  $("export").onclick = async () => download("问报对话.md", (await call("export", { turns: state.turns })).markdown);
}
