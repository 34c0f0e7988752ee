// The page starts with the chat; Gradio puts the reports tab on the page when it is first opened.
function listen() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#/"]');
    if (link) {
      event.preventDefault();
      history.replaceState(null, "", link.getAttribute("href"));
      if (link.closest(".shelf")) showTab("tab-chat");
      return void openHash(link.getAttribute("href"));
    }
    const button = event.target.closest("[data-ask],[data-again],[data-copy],[data-link],[data-rate],[data-tab]");
    if (button) return void act(button).catch((error) => toast(error.message));
    const removing = event.target.closest("[data-remove]");
    if (removing) return void remove(removing.dataset.remove).catch((error) => toast(error.message));
    const card = event.target.closest("[data-open]");
    if (card && getSelection().isCollapsed && !event.target.closest("button,summary")) card.querySelector("a").click();
  });
}

async function start() {
  document.documentElement.lang = "zh-CN";
  state.scope = stored(SCOPE, null);
  startSource();
  startChat();
  window.addEventListener("wenbao-shelf", startReports);
  window.addEventListener("wenbao-figures", startFigures);
  listen();
  try {
    const booted = await call("boot", { turns: stored(STORE, []) });
    restore(booted.turns);
    apply(booted);
    document.querySelector(".workspace").dataset.ready = "";
    await openHash(location.hash);
  } catch (error) {
    $("banner").textContent = error.message;
    $("banner").hidden = false;
  }
}

start();
