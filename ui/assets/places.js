// Places in the reports: `#/report/start-end/quote,quote` (ui/viewer.py place_link). Opening one makes an
// entry of the browser's history, so that Back closes what was opened or returns to the place before.
// `trail` are the places of one answer, which ‹ 1/3 › goes through; `stop` is where in it one is.
const trail = { places: [], stop: 0 };
let opener = null;

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
  return { report, start, end: end ?? null, quotes, hash };
}

const reportLink = (report) => `#/${encodeURIComponent(report)}`;
const currentTab = () => ["tab-reports", "tab-figures"].find((id) => $(id)?.offsetParent) ?? "tab-chat";

// A link was followed: the places around it are all those of its answer, or of the list it stands in.
function follow(link) {
  opener = link;
  const group = link.closest(".more") ?? link.closest(".turn");
  const of = (scope, selector) => [...scope.querySelectorAll(selector)].map((node) => node.dataset.open ?? node.getAttribute("href"));
  let hashes = group ? of(group, ".card") : [];
  if (group?.matches(".turn")) {
    const folded = new Set(of(group, ".more .card"));
    hashes = [...of(group, ".answer .ref"), ...hashes.filter((hash) => !folded.has(hash))];
  }
  const hash = link.getAttribute("href");
  visit(hash, hashes.includes(hash) ? [...new Set(hashes)] : [hash]);
}

// Opens a place as a new entry of the history.
function visit(hash, hashes = [hash]) {
  trail.places = hashes.map(parsePlace).filter(Boolean);
  trail.stop = Math.max(0, trail.places.findIndex((place) => place.hash === hash));
  const tab = currentTab();
  const entry = { tab, opened: true, hashes };
  if (location.hash === hash && history.state?.opened && !isClosed()) history.replaceState(entry, "");
  else {
    history.replaceState({ ...history.state, tab, closed: isClosed() }, "");
    history.pushState(entry, "", hash);
  }
  return openPlace(parsePlace(hash));
}

async function openPlace(place) {
  if (!place) return;
  for (const card of document.querySelectorAll(".card")) card.classList.toggle("current", card.dataset.open === place.hash);
  slide(true);
  drawStops();
  try {
    await showPlace(place);
  } catch (error) {
    toast(error.message);
  }
}

function step(by) {
  const stop = trail.stop + by;
  if (!trail.places[stop]) return;
  trail.stop = stop;
  const place = trail.places[stop];
  history.replaceState(history.state, "", place.hash);
  openPlace(place);
}

function drawStops() {
  const { places, stop } = trail;
  $("stops").hidden = places.length < 2;
  $("stop-at").textContent = `引文 ${stop + 1}/${places.length}`;
  $("stop-back").disabled = stop === 0;
  $("stop-on").disabled = stop === places.length - 1;
}

// The address was changed by Back, Forward, a mark of the chart, or by hand.
async function arrive() {
  const entry = history.state ?? { tab: currentTab() };
  if (entry.tab && entry.tab !== currentTab()) {
    showTab(entry.tab);
    for (const _ of [1, 2]) await new Promise(requestAnimationFrame); // Gradio draws the tab
  }
  const place = parsePlace(location.hash);
  if (!place || entry.closed) return close();
  const hashes = entry.hashes ?? [location.hash];
  if (!history.state) history.replaceState({ tab: currentTab(), opened: true, hashes }, "");
  trail.places = hashes.map(parsePlace).filter(Boolean);
  trail.stop = Math.max(0, trail.places.findIndex((one) => one.hash === location.hash));
  return openPlace(place);
}

// By hand; what was opened from this page is closed by going back.
function closeSource() {
  if (history.state?.opened) return history.back();
  history.replaceState({ tab: currentTab() }, "", location.pathname + location.search);
  close();
}

function close() {
  for (const card of document.querySelectorAll(".card.current")) card.classList.remove("current");
  const covering = covers();
  slide(false);
  if (covering) (opener?.isConnected ? opener : currentTab() === "tab-chat" ? $("show-source") : null)?.focus();
}

// Beside the chat the source has a column of its own; on a phone, and over the other tabs, it is laid over.
const covers = () => phone.matches || currentTab() !== "tab-chat";

// Whether the source is laid over and not to be seen.
const isClosed = () => covers() && !$("source").classList.contains("open");

function dock() {
  const tab = currentTab();
  const home = tab === "tab-chat" ? document.querySelector(".workspace") : $(tab);
  if ($("source").parentElement !== home) home.append($("source"));
  $("source").classList.toggle("drawer", tab !== "tab-chat");
}

function slide(open) {
  dock();
  const source = $("source");
  source.classList.toggle("open", open);
  source.inert = covers() && !open;
  document.querySelector(".chat").inert = phone.matches && open && currentTab() === "tab-chat";
  if (open) document.querySelector(".workspace").classList.remove("folded");
  if (open && covers()) $("close-source").focus();
}

function startPlaces() {
  window.addEventListener("popstate", arrive);
  $("stop-back").onclick = () => step(-1);
  $("stop-on").onclick = () => step(1);
  $("close-source").onclick = closeSource;
  $("show-source").onclick = () => {
    opener = $("show-source");
    visit(state.opened ? reportLink(state.opened) : location.hash);
  };
  phone.addEventListener("change", () => slide($("source").classList.contains("open")));
  for (const tab of document.querySelectorAll("#tabs [role=tab]")) {
    tab.addEventListener("click", () => requestAnimationFrame(() => slide(!phone.matches && currentTab() === "tab-chat")));
  }
  slide(false);
}
