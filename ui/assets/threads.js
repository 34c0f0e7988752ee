// Conversations, kept in this browser. Every turn has a key of its own, `wenbao.turn.<thread>.<time>`, so that
// two tabs that go on with one conversation lose nothing of each other's; a thread is what its turns are.
const TURN = "wenbao.turn.";
const NAME = "wenbao.name.";
const THREAD = "wenbao.thread";
const KEPT_BEFORE = "wenbao.conversation";

const moment = () => `${Date.now().toString(36).padStart(9, "0")}${Math.random().toString(36).slice(2, 6)}`;
const keysOf = (thread) => Object.keys(localStorage).filter((key) => key.startsWith(`${TURN}${thread}.`)).sort();

function threads() {
  const found = new Map();
  for (const key of Object.keys(localStorage).filter((one) => one.startsWith(TURN)).sort()) {
    const [thread, time] = key.slice(TURN.length).split(".");
    const one = found.get(thread) ?? { id: thread, first: key, count: 0 };
    found.set(thread, { ...one, last: time, count: one.count + 1 });
  }
  return [...found.values()].sort((a, b) => (b.last > a.last ? 1 : -1));
}

const titleOf = ({ id, first }) => stored(NAME + id, "") || stored(first, {}).question || "对话";

// This tab's thread: the one it had before a reload, else the latest, else a new one.
function currentThread() {
  state.thread ??= sessionStorage.getItem(THREAD) ?? threads()[0]?.id ?? moment();
  sessionStorage.setItem(THREAD, state.thread);
  return state.thread;
}

function keptTurns() {
  const before = stored(KEPT_BEFORE, []);
  if (Array.isArray(before) && before.length) {
    const thread = moment();
    for (const [at, turn] of before.entries()) store(`${TURN}${thread}.${moment().slice(0, 9)}${String(at).padStart(4, "0")}`, turn);
  }
  localStorage.removeItem(KEPT_BEFORE);
  return keysOf(currentThread()).map((key) => ({ key, turn: stored(key, null) })).filter(({ turn }) => turn);
}

// Keeps a turn, under `key` if it has one; where the storage is full, the page says so until there is room.
function keepTurn(turn, key = `${TURN}${currentThread()}.${moment()}`) {
  const kept = store(key, turn);
  $("full").hidden = kept;
  if (!kept) {
    $("full").textContent = "浏览器的存储空间满了，刚才的问答没有存下，刷新后会丢失：请先导出，或在“对话”里删掉旧的。";
    $("full").append(element("button", { type: "button", class: "quiet", "data-retry": "" }, "重新保存"));
    $("full").querySelector("button").onclick = () => keepTurn(turn, key);
  }
  return key;
}

function drawThreads() {
  const all = threads();
  $("show-threads").textContent = all.length > 1 ? `对话（${all.length}）` : "对话";
  if ($("threads").hidden) return;
  redraw($("thread-list"), all.length ? all.map(threadLine) : [element("li", { class: "empty" }, "还没有对话")]);
}

function threadLine(thread) {
  const line = element("li", { "data-key": thread.id, class: thread.id === state.thread ? "now" : null });
  const title = titleOf(thread);
  const open = element("button", { type: "button", class: "open", "data-thread": thread.id, title }, title);
  if (thread.id === state.thread) open.setAttribute("aria-current", "true");
  line.append(
    open,
    element("button", { type: "button", class: "quiet", "data-rename": thread.id, "aria-label": `给“${title}”改名` }, "改名"),
    element("button", { type: "button", class: "quiet danger", "data-delete": thread.id, "aria-label": `删除“${title}”` }, "删除"),
  );
  return line;
}

async function openThread(id) {
  state.thread = id;
  sessionStorage.setItem(THREAD, id);
  await showTurns();
  drawThreads();
  if (phone.matches || innerWidth < 1200) showThreads(false);
  if (!phone.matches) $("question").focus();
}

async function renameThread(id) {
  const thread = threads().find((one) => one.id === id);
  const told = await asked({ text: "给这个对话起个名字", yes: "改名", fields: [{ name: "title", label: "名字", value: titleOf(thread) }] });
  if (!told) return;
  if (told.title.trim()) store(NAME + id, told.title.trim());
  else localStorage.removeItem(NAME + id);
  drawThreads();
}

async function deleteThread(id) {
  const thread = threads().find((one) => one.id === id);
  const title = titleOf(thread);
  if (!(await asked({ text: `删除对话“${title}”？其中的 ${thread.count} 问将不能恢复，可以先导出。`, yes: "删除这个对话" }))) return;
  for (const key of keysOf(id)) localStorage.removeItem(key);
  localStorage.removeItem(NAME + id);
  $("full").hidden = true;
  if (id === state.thread) await openThread(moment());
  drawThreads();
}

function showThreads(open) {
  $("threads").hidden = !open;
  $("show-threads").setAttribute("aria-expanded", String(open));
  store("wenbao.threads", open);
  drawThreads();
  if (open && phone.matches) $("close-threads").focus();
}

// Another tab has added to, or deleted, what this one shows.
async function followStorage({ key }) {
  if (key === null || key.startsWith(TURN) || key.startsWith(NAME)) drawThreads();
  if (!key?.startsWith(`${TURN}${state.thread}.`)) return;
  const here = [...document.querySelectorAll(".turn")].find((turn) => turn.dataset.key === key);
  const turn = stored(key, null);
  if (!turn) return here?.remove();
  if (here) return;
  const { turns } = await call("render", { turns: [turn] });
  if (turns[0].html) addTurn(key, turns[0]);
  drawStatus();
}

function startThreads() {
  $("show-threads").onclick = () => showThreads($("threads").hidden);
  $("close-threads").onclick = () => { showThreads(false); $("show-threads").focus(); };
  $("new-thread").onclick = $("clear").onclick = () => openThread(moment()).catch((error) => toast(error.message));
  $("thread-list").addEventListener("click", ({ target }) => {
    const { thread, rename, delete: gone } = target.dataset;
    const work = thread ? openThread(thread) : rename ? renameThread(rename) : gone ? deleteThread(gone) : null;
    work?.catch((error) => toast(error.message));
  });
  window.addEventListener("storage", (event) => followStorage(event).catch(() => {}));
  if (innerWidth >= 1200 && stored("wenbao.threads", false)) showThreads(true);
  drawThreads();
}
