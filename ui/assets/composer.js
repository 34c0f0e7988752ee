// The question box: sending, drafts, earlier questions, and the keys of the page.
const DRAFT = "wenbao.draft";

function startComposer() {
  const box = $("question");
  let recalled = null;
  const grow = () => {
    box.style.height = "auto";
    box.style.height = `${Math.min(box.scrollHeight, 160)}px`;
  };
  const write = (text) => {
    box.value = text;
    grow();
    sessionStorage.setItem(DRAFT, text);
  };
  const submit = () => {
    if (state.asking) return toast("上一个问题还在查，请等它答完再问。");
    if (!box.value.trim() || !state.status?.reports.length) return;
    ask(box.value);
    recalled = null;
    write("");
  };
  const recall = (by) => {
    const questions = [...document.querySelectorAll(".question")].map((node) => node.textContent);
    const at = (recalled ?? questions.length) + by;
    if (at < 0 || at > questions.length) return;
    recalled = at === questions.length ? null : at;
    write(questions[at] ?? "");
  };
  box.addEventListener("input", () => {
    recalled = null;
    write(box.value);
  });
  // Enter that ends a pinyin candidate must not send (keyCode 229 is how Safari tells).
  box.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      submit();
    }
    if ((event.key === "ArrowUp" || event.key === "ArrowDown") && (recalled !== null || !box.value)) {
      event.preventDefault();
      recall(event.key === "ArrowUp" ? -1 : 1);
    }
  });
  $("composer").addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  write(sessionStorage.getItem(DRAFT) ?? "");
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") escape(event);
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !$("confirm").open) {
      event.preventDefault();
      if (currentTab() !== "tab-chat") showTab("tab-chat");
      requestAnimationFrame(() => box.focus());
    }
  });
  if (!phone.matches && !parsePlace(location.hash)) box.focus();
}

// Esc closes what was opened last and lies on top.
function escape(event) {
  if ($("confirm").open || event.isComposing) return;
  if (!$("preview").hidden) return hidePreview();
  if (!$("scope-panel").hidden) return showScope(false);
  if ($("export").open) return void ($("export").open = false);
  if (!$("find-bar").hidden && $("source").contains(event.target)) return showFinder(false);
  if (covers() && $("source").classList.contains("open")) return closeSource();
  if (!$("threads").hidden && innerWidth < 1200) return showThreads(false);
  if (!$("find-bar").hidden) showFinder(false);
}
