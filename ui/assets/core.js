// Shared helpers. The scripts of this folder are joined, in the order of ui/app.py, into one function that runs
// when the page's component loads; `server` calls the functions of ui/page_api.py.
const $ = (id) => document.getElementById(id);
const SHOWN = 60; // turns of a conversation that are shown; ui/page_api.py renders as many
const TOKEN = document.querySelector("meta[name=wenbao-token]")?.content;
const phone = window.matchMedia("(max-width: 860px)");
const state = { status: null, thread: null, scope: null, asking: false, opened: null, wanted: null };

async function call(name, data = {}) {
  let result;
  try {
    result = await server[name]({ ...data, token: TOKEN });
  } catch {
    if (state.status?.user) throw new Error("连接中断或登录已过期，请刷新页面后再试。");
  }
  if (result === undefined || result === null) throw new Error("连接中断了，请确认服务仍在运行后重试。");
  if (result.error) throw new Error(result.error);
  return result;
}

function element(tag, attributes = {}, text = "") {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null) made.setAttribute(name, value);
  }
  if (text) made.textContent = text;
  return made;
}

// Makes `parent` hold `fresh` and keeps each node that is to stay, so that a click under way on it, its focus and
// the reader's place are not lost: what is redrawn while the mouse is down gets no click. Nodes are the same that
// have one `data-key`, whose content is then brought up to date in this way too; without a key, those that are equal.
function redraw(parent, fresh) {
  const keyOf = (node) => node.getAttribute?.("data-key") ?? node.outerHTML ?? node.data;
  const before = grouped(parent.childNodes, keyOf);
  const kept = fresh.map((node) => {
    const same = before.get(keyOf(node))?.shift();
    if (!same || same.nodeName !== node.nodeName) return node;
    bringUpToDate(same, node);
    return same;
  });
  const stay = new Set(kept);
  for (const node of [...parent.childNodes]) if (!stay.has(node)) node.remove();
  kept.forEach((node, at) => { if (parent.childNodes[at] !== node) parent.insertBefore(node, parent.childNodes[at] ?? null); });
}

function bringUpToDate(old, fresh) {
  if (old.isEqualNode(fresh)) { // but for what the reader has ticked
    const boxes = (node) => (node.matches?.("input") ? [node] : [...(node.querySelectorAll?.("input") ?? [])]);
    const now = boxes(fresh);
    boxes(old).forEach((box, at) => { [box.checked, box.indeterminate] = [now[at].checked, now[at].indeterminate]; });
    return;
  }
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  redraw(old, [...fresh.childNodes]);
}

// Map.groupBy, which browsers have only of late.
function grouped(all, keyOf) {
  const groups = new Map();
  for (const one of all) {
    const key = keyOf(one);
    if (groups.has(key)) groups.get(key).push(one);
    else groups.set(key, [one]);
  }
  return groups;
}

// The nodes that `html` describes, as what stands inside `parent`.
function nodesOf(html, parent) {
  const made = parent.cloneNode(false);
  made.innerHTML = html;
  return [...made.childNodes];
}

function stored(key, fallback) {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? fallback;
  } catch {
    return fallback;
  }
}

// Whether there was room for it.
function store(key, value) {
  try {
    localStorage.setItem(key, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

let toastTimer;
function toast(text) {
  $("toast").textContent = text;
  $("toast").classList.add("shown");
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => $("toast").classList.remove("shown"), Math.max(2600, 120 * text.length));
}

// A question in a dialog: null for 取消, else the values of its fields. `check` says what is wrong with them.
// `answers` are buttons in place of the one `yes`; which was chosen is told as `answer`. One at a time.
let askedBefore = Promise.resolve();
const asked = (question) => (askedBefore = askedBefore.catch(() => {}).then(() => askedNow(question)));

function askedNow({ text, yes = "确定", answers = [["yes", yes]], fields = [], check = () => "" }) {
  const dialog = $("confirm");
  const form = dialog.querySelector("form");
  $("confirm-text").textContent = text;
  $("confirm-wrong").textContent = "";
  $("confirm-fields").replaceChildren(...fields.map(({ name, label, value = "", hint = "" }) => {
    const line = element("label", {}, label);
    line.append(element("input", { name, value, placeholder: hint, autocomplete: "off" }));
    return line;
  }));
  const buttons = answers.map(([value, label]) => element("button", { type: "submit", value, class: "primary" }, label));
  $("confirm-buttons").replaceChildren(element("button", { type: "submit", value: "", class: "quiet", formnovalidate: true }, "取消"), ...buttons);
  dialog.returnValue = "";
  dialog.showModal();
  (form.querySelector("input") ?? buttons[0]).focus();
  return new Promise((resolve) => {
    form.onkeydown = (event) => { // Enter means the main button, not the first one
      if (event.key !== "Enter" || event.target.tagName !== "INPUT" || event.isComposing) return;
      event.preventDefault();
      buttons[0].click();
    };
    form.onsubmit = (event) => {
      const wrong = event.submitter?.value ? check(Object.fromEntries(new FormData(form))) : "";
      if (wrong) event.preventDefault();
      $("confirm-wrong").textContent = wrong;
    };
    dialog.onclose = () => resolve(dialog.returnValue ? { ...Object.fromEntries(new FormData(form)), answer: dialog.returnValue } : null);
  });
}

function showTab(id) {
  $(`${id}-button`)?.click();
}

// The status is asked for twice a second while something is going on, else every few seconds, so that every
// open tab follows what another has changed.
let poll;
async function refresh() {
  clearTimeout(poll);
  try {
    apply(await call("status", { version: state.status?.version }));
  } catch {
    poll = setTimeout(refresh, 3000);
  }
}

function apply(status) {
  const before = state.status;
  // Answers may overtake each other: an earlier one tells nothing new, and one without reports, of another version
  // than is shown, is asked again.
  const late = before?.job.session === status.job.session && status.at < before.at;
  const torn = !status.reports && status.version !== before.version;
  if (late || torn) {
    if (torn) before.version = "";
    clearTimeout(poll);
    poll = setTimeout(refresh, 100);
    return;
  }
  state.status = { ...status, reports: status.reports ?? before.reports };
  const busy = status.job.running || status.job.waiting.length || !status.ready || status.choosing;
  clearTimeout(poll);
  poll = setTimeout(refresh, busy ? 500 : 4000);
  const changed = !before || before.version !== status.version;
  drawUser();
  drawJob();
  const told = (s) => [s.ready, s.failure, ...s.examples].join("\n");
  if (!changed && told(before) === told(status)) return;
  drawStatus();
  if (!changed) return;
  drawReports();
  drawScope();
  drawPicker();
  if (!before) return;
  checkAgain().catch(() => {});
  if ($("figures-head")?.offsetParent) drawChanged();
}

function drawUser() {
  const { user } = state.status;
  $("logout").hidden = !user;
  if (user) $("logout").textContent = `${user} · 退出`;
}
