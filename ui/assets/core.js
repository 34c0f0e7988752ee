// Shared helpers. The scripts of this folder are joined, in order, into one function that runs when
// the page's component loads; `server` calls the functions of ui/page_api.py.
const $ = (id) => document.getElementById(id);
const STORE = "wenbao.conversation";
const SCOPE = "wenbao.scope";
const TOKEN = document.querySelector("meta[name=wenbao-token]")?.content;
const phone = window.matchMedia("(max-width: 860px)");
const state = { status: null, turns: [], scope: null, asking: false, opened: null, wanted: null };

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

function stored(key, fallback) {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? fallback;
  } catch {
    return fallback;
  }
}

function store(key, value) {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    toast("浏览器的存储空间已满，刷新后这次对话可能不全。");
  }
}

let toastTimer;
function toast(text) {
  $("toast").textContent = text;
  $("toast").classList.add("shown");
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => $("toast").classList.remove("shown"), 2600);
}

function confirmed(text) {
  const dialog = $("confirm");
  $("confirm-text").textContent = text;
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.onclick = (event) => {
      if (event.target.value) dialog.close(event.target.value);
    };
    dialog.onclose = () => {
      resolve(dialog.returnValue === "yes");
      dialog.returnValue = "";
    };
  });
}

// navigator.clipboard exists only on https and localhost; a library is often served on a plain LAN address.
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = element("textarea", { class: "sr-only" });
    area.value = text;
    document.querySelector(".workspace").append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  toast("已复制");
}

function download(name, text, type = "text/markdown") {
  const url = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  element("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

function showTab(id) {
  $(`${id}-button`)?.click();
}

// The scope is null (every report, later ones too) or a list of ids.
function scoped() {
  return state.scope ? state.scope.filter((id) => state.status.reports.some((r) => r.id === id)) : null;
}

function scopeText() {
  const all = state.status.reports;
  const ids = scoped();
  if (!ids) return `全部 ${all.length} 份报告`;
  if (ids.length === 1) return all.find((r) => r.id === ids[0]).label;
  return `已选 ${ids.length} / ${all.length} 份报告`;
}

let poll;
async function refresh() {
  clearTimeout(poll);
  try {
    apply(await call("status"));
  } catch {
    poll = setTimeout(refresh, 3000);
  }
}

function apply(status) {
  const before = state.status;
  state.status = status;
  const busy = status.job.running || status.job.waiting || !status.ready;
  clearTimeout(poll);
  if (busy) poll = setTimeout(refresh, 500);
  drawUser();
  drawStatus();
  drawReports();
  drawJob();
  if (!before || before.version !== status.version) drawPicker();
}

function drawUser() {
  const { user } = state.status;
  $("logout").hidden = !user;
  if (user) $("logout").textContent = `${user} · 退出`;
}
