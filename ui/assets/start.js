// The page starts with the chat; Gradio puts the other tabs on the page when they are first opened.
function listen() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#/"]');
    if (link && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      hidePreview();
      return void follow(link);
    }
    const button = event.target.closest(
      "[data-ask],[data-again],[data-copy],[data-link],[data-rate],[data-tab],[data-take],[data-everywhere],[data-export]",
    );
    if (button) return void act(button).catch((error) => toast(error.message));
    const card = event.target.closest(".card[data-open]");
    if (card && getSelection().isCollapsed && !event.target.closest("button,summary")) card.querySelector("a").click();
  });
}

async function start() {
  document.documentElement.lang = "zh-CN";
  state.scope = stored(SCOPE, null);
  startTheme();
  startDivider();
  startPlaces();
  startSource();
  startPrinted();
  startFinder();
  startPreview();
  startScope();
  startThreads();
  startComposer();
  startDrop();
  window.addEventListener("wenbao-shelf", startReports);
  window.addEventListener("wenbao-figures", startFigures);
  listen();
  try {
    const turns = keptTurns().slice(-SHOWN).map(({ turn }) => turn);
    const booted = await call("boot", { turns });
    apply(booted);
    await showTurns(booted.turns);
    document.querySelector(".workspace").dataset.ready = "";
    if (parsePlace(location.hash)) {
      // Whoever came by a link came from elsewhere: closing the source is not going back there.
      if (!history.state) history.replaceState({ tab: currentTab(), hashes: [location.hash] }, "");
      await arrive();
    }
  } catch (error) {
    $("banner").textContent = error.message;
    $("banner").hidden = false;
  }
}

start();
